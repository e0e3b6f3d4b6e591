package io.datahub.watcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.record.RecordPath;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DebouncerTest {

    private record Settled(RecordPath path, Duration quiet) {}

    private final List<Settled> settled = new CopyOnWriteArrayList<>();
    private final RecordPath path = RecordPath.of("a/b");

    private Debouncer settling(Duration quiet, Duration maxQuiet) {
        return new Debouncer("test", Duration.ZERO, quiet, maxQuiet, 2, (p, q) -> settled.add(new Settled(p, q)));
    }

    @Test
    void shouldHandOnOnceWhatIsTouchedOftenAndThenRests() {
        try (Debouncer settling = settling(Duration.ofMillis(50), Duration.ofSeconds(30))) {
            for (int i = 0; i < 100; i++) {
                settling.touch(path);
            }
            Await.until(() -> settling.size() == 0);
            assertThat(settled).containsExactly(new Settled(path, Duration.ofMillis(50)));
        }
    }

    @Test
    void shouldHandOnAtTheLatestAfterTheLongestTimeWhatNeverRests() {
        try (Debouncer settling = settling(Duration.ofMillis(200), Duration.ofMillis(300))) {
            Await.until(() -> {
                settling.touch(path);
                return !settled.isEmpty();
            });
            assertThat(settled.get(0).quiet()).isZero();
        }
    }

    @Test
    void shouldNotTakeForOneThatNeverRestsWhatRestedWhileNoThreadWasFree() throws InterruptedException {
        AtomicLong now = new AtomicLong();
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        RecordPath slow = RecordPath.of("slow");
        Duration quiet = Duration.ofMillis(50);
        Debouncer.Due due = (p, q) -> {
            if (p.equals(slow)) {
                running.countDown();
                awaitQuietly(go);
            } else {
                settled.add(new Settled(p, q));
            }
        };
        try (Debouncer settling =
                new Debouncer("test", Duration.ZERO, quiet, Duration.ofMillis(100), 1, due, now::get)) {
            settling.touch(slow);
            now.addAndGet(quiet.toNanos());
            running.await();
            settling.touch(path);
            now.addAndGet(4 * quiet.toNanos());
            settling.touch(path);
            go.countDown();
            now.addAndGet(quiet.toNanos());
            Await.until(() -> !settled.isEmpty());
            assertThat(settled).containsExactly(new Settled(path, quiet));
        }
    }

    @Test
    void shouldHandOnNothingWhileItIsClosed() {
        AtomicLong now = new AtomicLong();
        Duration closedFor = Duration.ofMillis(400);
        Duration quiet = Duration.ofMillis(1);
        List<Long> moments = new CopyOnWriteArrayList<>();
        try (Debouncer settling =
                new Debouncer("test", closedFor, quiet, quiet, 1, (p, q) -> moments.add(now.get()), now::get)) {
            settling.touch(path);
            Await.until(() -> {
                now.addAndGet(quiet.toNanos());
                return !moments.isEmpty();
            });
            assertThat(moments.get(0)).isGreaterThanOrEqualTo(closedFor.toNanos());
        }
    }

    @Test
    void shouldNotPutOffWhatStandsForMuch() {
        try (Debouncer settling = settling(Duration.ofMillis(100), Duration.ofDays(1))) {
            settling.compare(path);
            Await.until(() -> {
                settling.touch(path);
                return !settled.isEmpty();
            });
        }
    }

    @Test
    void shouldHandOnAgainWhatIsTouchedWhileItIsHandled() throws InterruptedException {
        AtomicInteger calls = new AtomicInteger();
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (Debouncer settling =
                new Debouncer("test", Duration.ZERO, Duration.ofMillis(1), Duration.ofSeconds(30), 2, (p, q) -> {
                    if (calls.incrementAndGet() == 1) {
                        running.countDown();
                        awaitQuietly(go);
                    }
                })) {
            settling.touch(path);
            running.await();
            settling.touch(path);
            assertThat(calls).hasValue(1);
            go.countDown();
            Await.until(() -> calls.get() == 2 && settling.size() == 0);
        }
    }

    @Test
    void shouldGoOnAfterAFailure() {
        AtomicInteger calls = new AtomicInteger();
        try (Debouncer settling =
                new Debouncer("test", Duration.ZERO, Duration.ofMillis(1), Duration.ofMillis(1), 1, (p, q) -> {
                    if (calls.incrementAndGet() == 1) {
                        throw new IllegalStateException("made to fail, once");
                    }
                })) {
            settling.touch(path);
            Await.until(() -> calls.get() == 1 && settling.size() == 0);
            settling.touch(path);
            Await.until(() -> calls.get() == 2);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
