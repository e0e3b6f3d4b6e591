package io.datahub.store.write;

import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.RecordStore;
import io.datahub.api.validation.Validator;
import io.datahub.records.settings.Quota;
import io.datahub.store.TestHub;
import io.datahub.test.contract.RecordStoreContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class DiskRecordStoreTest extends RecordStoreContract {

    @TempDir
    Path folder;

    @RegisterExtension
    final TestHub hub = TestHub.in(() -> folder);

    @Override
    protected RecordStore store() {
        return hub.records;
    }

    @Override
    protected ChangeJournal journal() {
        return hub.journal;
    }

    @Override
    protected List<Change> announced() {
        return List.copyOf(hub.announced);
    }

    @Override
    protected void validate(String name, String pattern, Validator validator) {
        hub.register(name, "1.0.0", pattern, validator);
    }

    @Override
    protected void limitSize(long bytes) {
        hub.configure("maxUploadBytes", bytes);
    }

    @Override
    protected void limit(String prefix, long bytes, long files) {
        hub.configure("quotas", List.of(new Quota(prefix, "", bytes, files)));
    }

    @Override
    protected List<String> leftovers() throws IOException {
        return hub.folder("state/staging");
    }
}
