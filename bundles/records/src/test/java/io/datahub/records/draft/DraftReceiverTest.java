package io.datahub.records.draft;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.records.settings.StoreConfiguration;
import io.datahub.records.settings.StoreSettings;
import io.datahub.records.staging.FreeSpaceCheck;
import io.datahub.records.staging.StagedFile;
import io.datahub.test.Configurations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DraftReceiverTest {

    private static final StoreSettings SETTINGS =
            StoreSettings.of(Configurations.of(StoreConfiguration.class, "reserveBytes", 1L << 20));

    @TempDir
    private Path folder;

    /** The refusal of a client that wrote nothing for a minute. */
    private Optional<Reason> writeAfterAMinute(boolean isStream, long offset) throws IOException {
        MinThroughput throughput = new MinThroughput(1 << 20, System.nanoTime() - TimeUnit.MINUTES.toNanos(1));
        FreeSpaceCheck freeSpace = new FreeSpaceCheck(List.of(folder), () -> SETTINGS, disk -> 1L << 40);
        try (StagedFile staged = new StagedFile(folder.resolve("f"), List.of());
                DraftReceiver receiver = new DraftReceiver(
                        staged,
                        new UploadLimiter(() -> SETTINGS).acquire(User.HUB).get(),
                        freeSpace.share(new WriteRequest(User.HUB, "test", RecordPath.of("a"))),
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
