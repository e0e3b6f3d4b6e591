package io.datahub.store.write;

import io.datahub.api.Result;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDrafts;
import io.datahub.api.record.WriteRequest;
import io.datahub.store.TestHub;
import io.datahub.test.contract.LastingDraftsContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Lasting drafts on disk. */
class DiskLastingDraftsTest extends LastingDraftsContract {

    @TempDir
    Path root;

    @RegisterExtension
    final TestHub hub = TestHub.in(() -> root);

    @Override
    protected LastingDrafts drafts() {
        return hub.lastingDrafts();
    }

    @Override
    protected Result<Draft> begin(WriteRequest request) throws IOException {
        return hub.records.begin(request);
    }

    @Override
    protected void restart() throws IOException {
        hub.restart();
    }
}
