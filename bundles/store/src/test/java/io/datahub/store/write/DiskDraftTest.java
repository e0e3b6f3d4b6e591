package io.datahub.store.write;

import io.datahub.api.record.RecordStore;
import io.datahub.store.TestHub;
import io.datahub.test.contract.DraftContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Drafts on disk. */
class DiskDraftTest extends DraftContract {

    @TempDir
    private Path root;

    private TestHub hub;

    @BeforeEach
    void start() throws IOException {
        hub = new TestHub(root);
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
