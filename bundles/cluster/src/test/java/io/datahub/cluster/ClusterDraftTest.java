package io.datahub.cluster;

import io.datahub.api.record.RecordStore;
import io.datahub.test.contract.DraftContract;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class ClusterDraftTest extends DraftContract {

    @TempDir
    Path folder;

    @RegisterExtension
    final TestCluster cluster = TestCluster.in(() -> folder);

    @Override
    protected RecordStore store() {
        return cluster.records();
    }
}
