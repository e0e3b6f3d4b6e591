package io.datahub.store.write;

import static io.datahub.store.TestHub.ADMIN;
import static io.datahub.store.TestHub.path;
import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.record.WriteRequest;
import io.datahub.store.TestHub;
import io.datahub.store.core.FreeSpaceCheck;
import io.datahub.store.core.StagedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DraftReceiverTest {

    @TempDir
    private Path folder;

    /** The refusal of a client that wrote nothing for a minute. */
    private Optional<Reason> writeAfterAMinute(boolean isStream, long offset) throws IOException {
        MinThroughput throughput = new MinThroughput(1 << 20, System.nanoTime() - TimeUnit.MINUTES.toNanos(1));
        FreeSpaceCheck freeSpace = new FreeSpaceCheck(List.of(folder), () -> TestHub.SETTINGS, disk -> 1L << 40);
        try (StagedFile staged = new StagedFile(folder.resolve("f"), List.of());
                DraftReceiver receiver = new DraftReceiver(
                        staged,
                        new UploadLimiter(() -> TestHub.SETTINGS).acquire(ADMIN).get(),
                        freeSpace.share(new WriteRequest(ADMIN, "test", path("a"))),
                        throughput,
                        isStream)) {
            return receiver.write(offset, ByteBuffer.allocate(1)).map(Refusal::reason);
        }
    }

    @Test
    void shouldRefuseASlowUpload() throws Exception {
        assertThat(writeAfterAMinute(true, 0)).contains(Reason.TIMED_OUT);
    }

    @Test
    void shouldNotRefuseAPauseOfAClientThatEdits() throws Exception {
        assertThat(writeAfterAMinute(false, 0)).isEmpty();
        assertThat(writeAfterAMinute(true, 3)).isEmpty();
    }
}
