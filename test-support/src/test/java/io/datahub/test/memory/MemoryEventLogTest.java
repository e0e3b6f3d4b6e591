package io.datahub.test.memory;

import io.datahub.api.event.EventLog;
import io.datahub.api.event.EventRun;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.Cursor;
import io.datahub.test.contract.EventLogContract;

class MemoryEventLogTest extends EventLogContract {

    private final MemoryChangeJournal journal = new MemoryChangeJournal();
    private final MemoryEventLog log = new MemoryEventLog(journal.head().epoch(), 1_000);

    @Override
    protected EventLog log() {
        return log;
    }

    @Override
    protected String topic() {
        return "build.a";
    }

    @Override
    protected Cursor createFile() {
        return journal.append(Change.Type.CREATED, RecordPath.of("a")).cursor();
    }

    @Override
    protected EventRun unkeepable() {
        return MemoryBroker.event("build.a", new byte[1_001]);
    }

    @Override
    protected boolean isDeduplicating() {
        return false;
    }
}
