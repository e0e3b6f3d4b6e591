package io.datahub.store.namespace;

import io.datahub.api.record.Change;
import io.datahub.api.record.RecordStore;
import io.datahub.api.validation.Validator;
import io.datahub.store.TestHub;
import io.datahub.test.contract.RecordNamespaceContract;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class DiskRecordNamespaceTest extends RecordNamespaceContract {

    @TempDir
    Path folder;

    @RegisterExtension
    final TestHub hub = TestHub.in(() -> folder);

    @Override
    protected RecordStore store() {
        return hub.records;
    }

    @Override
    protected void validate(String pattern, Validator validator) {
        hub.register("v" + pattern.length(), "1.0.0", pattern, validator);
    }

    @Override
    protected List<Change> announced() {
        return List.copyOf(hub.announced);
    }
}
