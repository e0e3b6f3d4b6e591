package io.datahub.store.metadata;

import static org.awaitility.Awaitility.await;

import io.datahub.api.record.ChangeJournal;
import io.datahub.store.TestHub;
import io.datahub.test.contract.ChangeJournalContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class DiskChangeJournalTest extends ChangeJournalContract {

    @TempDir
    Path folder;

    @RegisterExtension
    final TestHub hub = TestHub.in(() -> folder);

    @Override
    protected ChangeJournal journal() {
        return hub.journal;
    }

    @Override
    protected void append(String path) throws IOException {
        hub.put(path, "x").get();
    }

    @Override
    protected void dropOldest() {
        long before = hub.journal.oldest().sequence();
        hub.configure("maxJournalBytes", 2_000L);
        await().until(() -> hub.journal.oldest().sequence() > before);
    }
}
