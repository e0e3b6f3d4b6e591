package io.datahub.store.metadata;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.record.ChangeListener;
import io.datahub.api.state.AdapterState;
import io.datahub.api.state.AdapterStates;
import io.datahub.api.state.StateChange;
import io.datahub.api.state.StateEntry;
import io.datahub.api.state.StateLimits;
import io.datahub.store.TestHub;
import io.datahub.test.contract.AdapterStateContract;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableAdapterStatesTest extends AdapterStateContract {

    @TempDir
    Path folder;

    private MetadataStore metadata;
    private DurableAdapterStates states;

    @Override
    protected AdapterStates create() throws IOException {
        return open("store.mv");
    }

    private DurableAdapterStates open(String file) throws IOException {
        metadata = new MetadataStore(folder.resolve(file), () -> TestHub.SETTINGS, change -> ChangeListener.DONE);
        states = new DurableAdapterStates(metadata, () -> now);
        return states;
    }

    @AfterEach
    void close() {
        metadata.close();
    }

    @Test
    void shouldSurviveAKillOnceAnUpdateHasReturned() throws IOException {
        long revision = states.of("a").put("cursor", "e1-7".getBytes(UTF_8)).get();
        metadata.submit(transaction -> transaction.updateAdapter("a", List.of(StateChange.delete("cursor")), now));
        metadata.abandon();

        AdapterState again = open("store.mv").of("a");
        assertThat(again.get("cursor").orElseThrow().revision()).isEqualTo(revision);
        assertThat(again.put("cursor", new byte[0]).get()).isGreaterThan(revision);
    }

    /** Copies the file while updates run, as a killed process would leave it, and compares with what had returned. */
    @Test
    void shouldHaveAllOfAnUpdateOrNothingAfterAKill() throws Exception {
        AdapterState state = states.of("a");
        AtomicLong returned = new AtomicLong();
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<?> updates = thread.submit(() -> {
                for (long i = 1; !stop.get(); i++) {
                    String value = String.valueOf(i);
                    state.update(List.of(
                                    StateChange.put("x", value),
                                    StateChange.put("large", value + " ".repeat(20_000)),
                                    StateChange.put("y" + i % 3, value).expiringAfter(Duration.ofDays(1))))
                            .get();
                    returned.set(i);
                }
                return null;
            });
            for (int copy = 0; copy < 20; copy++) {
                long before = returned.get();
                Path file = folder.resolve("copy" + copy);
                metadata.copyTo(file);
                requireWhole(file, before);
            }
            stop.set(true);
            updates.get();
        } finally {
            stop.set(true);
            thread.shutdown();
        }
    }

    private static void requireWhole(Path file, long returned) throws IOException {
        try (MetadataStore copy = new MetadataStore(file, () -> TestHub.SETTINGS, change -> ChangeListener.DONE)) {
            AdapterState state = new DurableAdapterStates(copy, InstantSource.system()).of("a");
            long value = state.get("x").map(StateEntry::text).map(Long::valueOf).orElse(0L);
            assertThat(value).isGreaterThanOrEqualTo(returned);
            if (value > 0) {
                assertThat(state.get("large").orElseThrow().text().strip()).isEqualTo(String.valueOf(value));
            }
        }
    }

    @Test
    void shouldRemoveExpiredEntriesInTheBackground() throws IOException {
        AdapterState state = states.of("hooks");
        for (int i = 0; i < 12; i++) {
            int first = i * StateLimits.MAX_CHANGES;
            state.update(IntStream.range(first, first + StateLimits.MAX_CHANGES)
                            .mapToObj(
                                    id -> StateChange.put("delivery-" + id, "").expiringAfter(Duration.ofMinutes(1)))
                            .toList())
                    .get();
        }
        state.put("kept", new byte[0]);
        assertThat(states.check().detail()).startsWith("adapters=1 bytes=").doesNotEndWith("bytes=68");

        now = now.plusSeconds(60);
        states.removeExpired(now);

        assertThat(states.check().detail()).isEqualTo("adapters=1 bytes=68");
        assertThat(state.list("", "", 10)).extracting(StateEntry::key).containsExactly("kept");
        state.delete("kept");
        assertThat(states.check().detail()).isEqualTo("adapters=0 bytes=0");
    }

    @Test
    void shouldBeDegradedWhenItIsNearlyFull() throws IOException {
        assertThat(states.check().degraded()).isFalse();
        byte[] large = new byte[StateLimits.MAX_VALUE_BYTES];
        for (int i = 0; i < 5; i++) {
            int first = i * StateLimits.MAX_CHANGES;
            states.of("big")
                    .update(IntStream.range(first, first + StateLimits.MAX_CHANGES)
                            .mapToObj(key -> StateChange.put("k" + key, large))
                            .toList())
                    .get();
        }

        assertThat(states.check().degraded()).isTrue();
        assertThat(states.check().detail()).contains("adapter big is nearly full");
    }

    @Test
    void shouldFailAndChangeNothingOnceTheMediumHasFailed() throws IOException {
        AdapterState state = states.of("a");
        state.put("k", new byte[0]);
        metadata.close();

        assertThatThrownBy(() -> state.put("l", new byte[0])).isInstanceOf(IOException.class);
        assertThat(open("store.mv").of("a").list("", "", 10))
                .extracting(StateEntry::key)
                .containsExactly("k");
    }
}
