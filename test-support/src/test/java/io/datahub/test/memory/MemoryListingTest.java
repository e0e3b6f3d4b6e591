package io.datahub.test.memory;

import io.datahub.api.record.RecordStore;
import io.datahub.test.contract.ListingContract;

class MemoryListingTest extends ListingContract {

    private final MemoryRecordStore store = new MemoryRecordStore();

    @Override
    protected RecordStore store() {
        return store;
    }
}
