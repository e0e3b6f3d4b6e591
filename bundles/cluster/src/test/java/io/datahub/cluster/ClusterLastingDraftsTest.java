package io.datahub.cluster;

import io.datahub.api.Result;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDrafts;
import io.datahub.api.record.WriteRequest;
import io.datahub.test.contract.LastingDraftsContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class ClusterLastingDraftsTest extends LastingDraftsContract {

    @TempDir
    Path folder;

    @RegisterExtension
    final TestCluster cluster = TestCluster.in(() -> folder);

    @Override
    protected LastingDrafts drafts() {
        return cluster.lastingDrafts();
    }

    @Override
    protected Result<Draft> begin(WriteRequest request) throws IOException {
        return cluster.records().begin(request);
    }

    @Override
    protected void restart() throws IOException {
        cluster.restart();
    }
}
