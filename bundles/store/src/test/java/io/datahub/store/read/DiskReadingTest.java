package io.datahub.store.read;

import io.datahub.api.record.Draft;
import io.datahub.api.record.Reading;
import io.datahub.api.record.WriteRequest;
import io.datahub.store.TestHub;
import io.datahub.test.contract.ReadingContract;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class DiskReadingTest extends ReadingContract {

    @TempDir
    Path folder;

    @RegisterExtension
    final TestHub hub = TestHub.in(() -> folder);

    @Override
    protected Reading open(byte[] bytes) throws IOException {
        WriteRequest request = new WriteRequest(TestHub.ADMIN, "test", TestHub.path("d/a"));
        try (Draft draft = hub.records.begin(request).get()) {
            draft.append(ByteBuffer.wrap(bytes));
            draft.commit().get();
        }
        return hub.records.open(TestHub.ADMIN, request.path()).get();
    }
}
