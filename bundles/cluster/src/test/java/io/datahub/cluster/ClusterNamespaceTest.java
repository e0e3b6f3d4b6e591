package io.datahub.cluster;

import io.datahub.api.record.Change;
import io.datahub.api.record.RecordStore;
import io.datahub.api.validation.Validator;
import io.datahub.test.contract.RecordNamespaceContract;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class ClusterNamespaceTest extends RecordNamespaceContract {

    @TempDir
    Path folder;

    @RegisterExtension
    final TestCluster cluster = TestCluster.in(() -> folder);

    @Override
    protected RecordStore store() {
        return cluster.records();
    }

    @Override
    protected void validate(String pattern, Validator validator) {
        cluster.validate("v" + pattern.length(), pattern, validator);
    }

    @Override
    protected List<Change> announced() {
        return List.copyOf(cluster.announced);
    }
}
