package io.datahub.test.memory;

import io.datahub.api.record.RecordStore;
import io.datahub.test.contract.DraftContract;

class StoredDraftTest extends DraftContract {

    private final MemoryRecordStore store = new MemoryRecordStore();

    @Override
    protected RecordStore store() {
        return store;
    }
}
