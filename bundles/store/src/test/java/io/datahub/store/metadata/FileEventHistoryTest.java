package io.datahub.store.metadata;

import io.datahub.api.history.EventHistory;
import io.datahub.api.record.Cursor;
import io.datahub.records.history.FileEventHistory;
import io.datahub.store.TestHub;
import io.datahub.test.contract.EventHistoryContract;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The history of file events over the journal on disk. */
class FileEventHistoryTest extends EventHistoryContract {

    @TempDir
    Path folder;

    @RegisterExtension
    final TestHub hub = TestHub.in(() -> folder);

    private FileEventHistory history;

    @BeforeEach
    void start() {
        history = new FileEventHistory(hub.journal);
    }

    @Override
    protected EventHistory history() {
        return history;
    }

    @Override
    protected void create(String path) throws Exception {
        history.changed(hub.put(path, "x").get());
    }

    @Override
    protected void trim(Cursor upTo) throws Exception {
        hub.metadata.read(database -> {
            for (Long oldest = database.journal.firstKey();
                    oldest != null && new Cursor(database.epoch, oldest).isUpTo(upTo);
                    oldest = database.journal.firstKey()) {
                database.journal.remove(oldest);
            }
            return null;
        });
    }

    @Override
    protected void rebuild() throws Exception {
        hub.stop();
        Files.writeString(folder.resolve("state/store.mv"), "nonsense".repeat(4096));
        hub.start();
        start();
    }
}
