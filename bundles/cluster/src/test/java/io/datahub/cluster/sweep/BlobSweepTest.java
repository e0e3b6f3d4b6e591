package io.datahub.cluster.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.cluster.Blobs;
import io.datahub.test.cluster.MemoryBlobs;
import io.datahub.test.cluster.MemoryLedger;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BlobSweepTest {

    private static final String ORPHAN = "0123456789abcdef0123456789abcdef";
    private static final Sweeper.Lease HELD = () -> true;
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

    /** That of a cluster of its own. */
    private BlobSweep sweep() {
        return new BlobSweep(new MemoryLedger(clock), blobs);
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
        BlobSweep sweep = sweep();
        sweep.run(HELD);
        pass(Duration.ofHours(25));
        sweep.run(HELD);
        pass(Duration.ofHours(2));
        sweep.run(HELD);

        assertThat(blobs.keys()).contains(FOREIGN).doesNotContain(ORPHAN);
    }

    @Test
    void shouldDeleteNothingInTheStoreOfAnotherCluster() throws IOException {
        MemoryLedger ledger = new MemoryLedger(clock);
        new BlobSweep(ledger, blobs).run(HELD);
        BlobSweep other = sweep();
        pass(Duration.ofHours(25));
        assertThatThrownBy(() -> other.run(HELD))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("belongs to the cluster " + ledger.id());
        pass(Duration.ofHours(2));
        assertThatThrownBy(() -> other.run(HELD)).isInstanceOf(IOException.class);

        assertThat(blobs.keys()).contains(ORPHAN, FOREIGN);
    }

    @Test
    void shouldDeleteTheOtherBlobsIfOneCanNotBeDeleted() throws IOException {
        MemoryLedger ledger = new MemoryLedger(clock);
        List<String> keys =
                IntStream.range(0, 20).mapToObj(i -> String.format("%032x", i)).toList();
        for (String key : keys) {
            blobs.put(key, new OneByte());
        }
        ledger.blobs().condemn(keys);
        pass(Duration.ofHours(2));
        String locked = keys.get(3);
        Blobs guarded = (Blobs) Proxy.newProxyInstance(
                Blobs.class.getClassLoader(), new Class<?>[] {Blobs.class}, (self, method, arguments) -> {
                    if (method.getName().equals("delete") && ((Collection<?>) arguments[0]).contains(locked)) {
                        throw new IOException("403 Forbidden");
                    }
                    return method.invoke(blobs, arguments);
                });
        BlobSweep sweep = new BlobSweep(ledger, guarded);

        sweep.deleteDead(Duration.ofHours(1), HELD);

        assertThat(blobs.keys()).contains(locked).doesNotContain(keys.get(2), keys.get(4), keys.get(19));
        assertThat(ledger.blobs().dead(Duration.ofHours(1), 100)).containsExactly(locked);
    }

    @Test
    void shouldStopWhenAnotherHubHasTheLease() throws IOException {
        MemoryLedger ledger = new MemoryLedger(clock);
        ledger.blobs().condemn(List.of(ORPHAN));
        pass(Duration.ofHours(2));
        BlobSweep sweep = new BlobSweep(ledger, blobs);

        sweep.deleteDead(Duration.ofHours(1), () -> false);
        assertThat(blobs.keys()).contains(ORPHAN);

        sweep.deleteDead(Duration.ofHours(1), HELD);
        assertThat(blobs.keys()).doesNotContain(ORPHAN);
    }
}
