package io.datahub.test.memory;

import io.datahub.api.history.EventHistory;
import io.datahub.api.record.Cursor;
import io.datahub.test.contract.EventHistoryContract;

class MemoryHistoryTest extends EventHistoryContract {

    private final MemoryHistory history = new MemoryHistory();

    @Override
    protected EventHistory history() {
        return history;
    }

    @Override
    protected void create(String path) {
        history.create(path);
    }

    @Override
    protected void trim(Cursor upTo) {
        history.trim(upTo);
    }

    @Override
    protected void rebuild() {
        history.rebuild();
    }
}
