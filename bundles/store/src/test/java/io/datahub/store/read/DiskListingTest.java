package io.datahub.store.read;

import io.datahub.api.record.RecordStore;
import io.datahub.store.TestHub;
import io.datahub.test.contract.ListingContract;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class DiskListingTest extends ListingContract {

    @TempDir
    Path folder;

    @RegisterExtension
    final TestHub hub = TestHub.in(() -> folder);

    @Override
    protected RecordStore store() {
        return hub.records;
    }
}
