package io.datahub.history;

import io.datahub.api.event.EventLog;
import io.datahub.api.event.EventRun;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.Cursor;
import io.datahub.test.contract.EventLogContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class HistoryLogTest extends EventLogContract {

    static final String RULES = "build.: 1d, 1 MiB//build.: 1h";

    @TempDir
    Path folder;

    TestHistory hub;

    @BeforeEach
    void start() throws IOException {
        hub = new TestHistory(folder.resolve("history"), RULES);
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    @Override
    protected EventLog log() {
        return hub.log;
    }

    @Override
    protected String topic() {
        return "build.a";
    }

    @Override
    protected Cursor createFile() {
        return hub.journal.append(Change.Type.CREATED, RecordPath.of("a")).cursor();
    }

    @Override
    protected EventRun unkeepable() {
        return TestHistory.event("build.a", "x".repeat(600_000));
    }

    @Override
    protected boolean isDeduplicating() {
        return true;
    }
}
