package io.datahub.test.memory;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.test.contract.ChangeJournalContract;

class MemoryChangeJournalTest extends ChangeJournalContract {

    private final MemoryChangeJournal journal = new MemoryChangeJournal();

    @Override
    protected ChangeJournal journal() {
        return journal;
    }

    @Override
    protected void append(String path) {
        journal.append(Change.Type.CREATED, RecordPath.of(path));
    }

    @Override
    protected void dropOldest() {
        journal.dropOldest(5);
    }
}
