package io.datahub.store.read;

import io.datahub.api.record.RecordStore;
import io.datahub.store.TestHub;
import io.datahub.test.contract.ListingContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class DiskListingTest extends ListingContract {

    @TempDir
    Path folder;

    private TestHub hub;

    @BeforeEach
    void start() throws IOException {
        hub = new TestHub(folder);
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    @Override
    protected RecordStore store() {
        return hub.records;
    }
}
