package io.datahub.history;

import io.datahub.api.history.EventHistory;
import io.datahub.api.record.Cursor;
import io.datahub.test.contract.EventHistoryContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What holds for every history, where topics can be kept. */
class MergedHistoryTest extends EventHistoryContract {

    @TempDir
    Path folder;

    private TestHistory hub;

    @BeforeEach
    void start() throws IOException {
        hub = new TestHistory(folder, "build.: 1d");
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    @Override
    protected EventHistory history() {
        return hub.history;
    }

    @Override
    protected void create(String path) {
        hub.create(path).join();
    }

    @Override
    protected void trim(Cursor upTo) {
        hub.journal.dropOldest((int) (upTo.sequence() - hub.journal.oldest().sequence()));
    }

    @Override
    protected void rebuild() throws IOException {
        hub.journal.rebuild();
        hub = hub.reopen("build.: 1d");
    }
}
