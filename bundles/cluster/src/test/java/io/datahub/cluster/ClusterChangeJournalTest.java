package io.datahub.cluster;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.Draft;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.test.contract.ChangeJournalContract;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class ClusterChangeJournalTest extends ChangeJournalContract {

    @TempDir
    Path folder;

    @RegisterExtension
    final TestCluster cluster = TestCluster.in(() -> folder);

    @Override
    protected ChangeJournal journal() {
        return cluster.journal();
    }

    @Override
    protected void append(String path) throws IOException {
        try (Draft draft = cluster.records()
                .begin(new WriteRequest(User.HUB, "test", RecordPath.of(path)))
                .get()) {
            draft.commit().get();
        }
    }

    @Override
    protected void dropOldest() throws IOException {
        cluster.ledger.journal().trim(Duration.ofDays(1), 2_000);
    }
}
