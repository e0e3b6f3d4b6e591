package io.datahub.cluster;

import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.RecordStore;
import io.datahub.api.validation.Validator;
import io.datahub.test.contract.RecordStoreContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class ClusterRecordStoreTest extends RecordStoreContract {

    @TempDir
    Path folder;

    @RegisterExtension
    final TestCluster cluster = TestCluster.in(() -> folder);

    @Override
    protected RecordStore store() {
        return cluster.records();
    }

    @Override
    protected ChangeJournal journal() {
        return cluster.journal();
    }

    @Override
    protected List<Change> announced() {
        return List.copyOf(cluster.announced);
    }

    @Override
    protected void validate(String name, String pattern, Validator validator) {
        cluster.validate(name, pattern, validator);
    }

    @Override
    protected void limitSize(long bytes) {
        cluster.configure("maxUploadBytes", bytes);
    }

    @Override
    protected void limit(String prefix, long bytes, long files) {
        cluster.configure("quotas", prefix + ": " + bytes + " " + files + " files");
    }

    @Override
    protected List<String> leftovers() throws IOException {
        return cluster.staged();
    }
}
