package io.datahub.s3;

import io.datahub.api.cluster.Blobs;
import io.datahub.test.contract.BlobsContract;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class S3BlobsContractTest extends BlobsContract {

    @TempDir
    Path folder;

    private TestStore store;
    private TestClient client;

    @Override
    protected Blobs create() throws IOException {
        store = new TestStore(folder);
        client = new TestClient(store.url(), store.secrets(), Duration.ofSeconds(20));
        return client.blobs;
    }

    @Override
    protected int largeBytes() {
        return 2 * (int) TestClient.PART_BYTES + 1;
    }

    @AfterEach
    void stop() {
        client.close();
        store.close();
    }
}
