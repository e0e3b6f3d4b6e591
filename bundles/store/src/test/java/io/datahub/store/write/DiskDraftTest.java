package io.datahub.store.write;

import io.datahub.api.record.RecordStore;
import io.datahub.store.TestHub;
import io.datahub.test.contract.DraftContract;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Drafts on disk. */
class DiskDraftTest extends DraftContract {

    @TempDir
    Path root;

    @RegisterExtension
    final TestHub hub = TestHub.in(() -> root);

    @Override
    protected RecordStore store() {
        return hub.records;
    }
}
