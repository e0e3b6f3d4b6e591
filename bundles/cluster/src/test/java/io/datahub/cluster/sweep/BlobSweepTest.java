package io.datahub.cluster.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.cluster.Blobs;
import io.datahub.test.cluster.MemoryBlobs;
import io.datahub.test.cluster.MemoryLedger;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BlobSweepTest {

    private static final String ORPHAN = "0123456789abcdef0123456789abcdef";
    private static final String FOREIGN = "backup.tar.gz";

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-29T12:00:00Z"));
    private final InstantSource clock = now::get;
    private final MemoryBlobs blobs = new MemoryBlobs(clock);

    /** One byte. */
    private record OneByte() implements Blobs.Source {

        @Override
        public long length() {
            return 1;
        }

        @Override
        public Optional<String> sha256() {
            return Optional.empty();
        }

        @Override
        public InputStream open(long from) {
            return new ByteArrayInputStream(new byte[1], (int) from, 1 - (int) from);
        }
    }

    private BlobSweep sweep(String cluster) {
        return new BlobSweep(new MemoryLedger(clock).blobs(), blobs, cluster, clock);
    }

    private void pass(Duration time) {
        now.updateAndGet(before -> before.plus(time));
    }

    @BeforeEach
    void store() throws IOException {
        blobs.put(ORPHAN, new OneByte());
        blobs.put(FOREIGN, new OneByte());
    }

    @Test
    void shouldDeleteOldOrphansButNothingThatIsNoBlobOfACluster() throws IOException {
        BlobSweep sweep = sweep("one");
        sweep.run();
        pass(Duration.ofHours(25));
        sweep.run();
        pass(Duration.ofHours(2));
        sweep.run();

        assertThat(blobs.keys()).contains(FOREIGN).doesNotContain(ORPHAN);
    }

    @Test
    void shouldDeleteNothingInTheStoreOfAnotherCluster() throws IOException {
        sweep("one").run();
        BlobSweep other = sweep("two");
        pass(Duration.ofHours(25));
        assertThatThrownBy(other::run)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("belongs to the cluster one");
        pass(Duration.ofHours(2));
        assertThatThrownBy(other::run).isInstanceOf(IOException.class);

        assertThat(blobs.keys()).contains(ORPHAN, FOREIGN);
    }
}
