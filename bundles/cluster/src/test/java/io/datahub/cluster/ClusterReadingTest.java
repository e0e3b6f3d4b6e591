package io.datahub.cluster;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Draft;
import io.datahub.api.record.Reading;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.test.contract.ReadingContract;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class ClusterReadingTest extends ReadingContract {

    @TempDir
    Path folder;

    @RegisterExtension
    final TestCluster cluster = TestCluster.in(() -> folder);

    @Override
    protected Reading open(byte[] bytes) throws IOException {
        WriteRequest request = new WriteRequest(User.HUB, "test", RecordPath.of("d/a"));
        try (Draft draft = cluster.records().begin(request).get()) {
            draft.append(ByteBuffer.wrap(bytes));
            draft.commit().get();
        }
        return cluster.records().open(User.HUB, request.path()).get();
    }
}
