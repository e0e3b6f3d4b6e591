package io.datahub.watcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.path.RecordPath;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DebouncerTest {

    private record Handled(RecordPath path, Duration quiet) {}

    private final List<Handled> handled = new CopyOnWriteArrayList<>();
    private final RecordPath path = RecordPath.of("a/b");

    private Debouncer debouncer(Duration quiet, Duration maxQuiet) {
        return new Debouncer("test", Duration.ZERO, quiet, maxQuiet, 2, (p, q) -> handled.add(new Handled(p, q)));
    }

    @Test
    void shouldHandleOncePathThatIsTouchedOftenAndThenQuiet() {
        try (Debouncer debouncer = debouncer(Duration.ofMillis(50), Duration.ofSeconds(30))) {
            for (int i = 0; i < 100; i++) {
                debouncer.touch(path);
            }
            await().until(() -> debouncer.size() == 0);
            assertThat(handled).containsExactly(new Handled(path, Duration.ofMillis(50)));
        }
    }

    @Test
    void shouldHandlePathThatIsNeverQuietAfterTheMaximumWait() {
        try (Debouncer debouncer = debouncer(Duration.ofMillis(200), Duration.ofMillis(300))) {
            await().until(() -> {
                debouncer.touch(path);
                return !handled.isEmpty();
            });
            assertThat(handled.get(0).quiet()).isZero();
        }
    }

    @Test
    void shouldKeepTheQuietTimeOfAPathThatWasQuietWhileNoThreadWasFree() throws InterruptedException {
        AtomicLong now = new AtomicLong();
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        RecordPath slow = RecordPath.of("slow");
        Duration quiet = Duration.ofMillis(50);
        Debouncer.Handler handler = (p, q) -> {
            if (p.equals(slow)) {
                running.countDown();
                awaitUninterrupted(release);
            } else {
                handled.add(new Handled(p, q));
            }
        };
        try (Debouncer debouncer =
                new Debouncer("test", Duration.ZERO, quiet, Duration.ofMillis(100), 1, handler, now::get)) {
            debouncer.touch(slow);
            now.addAndGet(quiet.toNanos());
            running.await();
            debouncer.touch(path);
            now.addAndGet(4 * quiet.toNanos());
            debouncer.touch(path);
            release.countDown();
            now.addAndGet(quiet.toNanos());
            await().until(() -> !handled.isEmpty());
            assertThat(handled).containsExactly(new Handled(path, quiet));
        }
    }

    @Test
    void shouldHandleNothingDuringTheInitialDelay() {
        AtomicLong now = new AtomicLong();
        Duration initialDelay = Duration.ofMillis(400);
        Duration quiet = Duration.ofMillis(1);
        List<Long> moments = new CopyOnWriteArrayList<>();
        try (Debouncer debouncer =
                new Debouncer("test", initialDelay, quiet, quiet, 1, (p, q) -> moments.add(now.get()), now::get)) {
            debouncer.touch(path);
            await().until(() -> {
                now.addAndGet(quiet.toNanos());
                return !moments.isEmpty();
            });
            assertThat(moments.get(0)).isGreaterThanOrEqualTo(initialDelay.toNanos());
        }
    }

    @Test
    void shouldNotPostponeATree() {
        try (Debouncer debouncer = debouncer(Duration.ofMillis(100), Duration.ofDays(1))) {
            debouncer.touchTree(path);
            await().until(() -> {
                debouncer.touch(path);
                return !handled.isEmpty();
            });
        }
    }

    @Test
    void shouldHandleAgainAPathThatIsTouchedWhileItIsHandled() throws InterruptedException {
        AtomicInteger calls = new AtomicInteger();
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        try (Debouncer debouncer =
                new Debouncer("test", Duration.ZERO, Duration.ofMillis(1), Duration.ofSeconds(30), 2, (p, q) -> {
                    if (calls.incrementAndGet() == 1) {
                        running.countDown();
                        awaitUninterrupted(release);
                    }
                })) {
            debouncer.touch(path);
            running.await();
            debouncer.touch(path);
            assertThat(calls).hasValue(1);
            release.countDown();
            await().until(() -> calls.get() == 2 && debouncer.size() == 0);
        }
    }

    @Test
    void shouldContinueAfterAFailure() {
        AtomicInteger calls = new AtomicInteger();
        try (Debouncer debouncer =
                new Debouncer("test", Duration.ZERO, Duration.ofMillis(1), Duration.ofMillis(1), 1, (p, q) -> {
                    if (calls.incrementAndGet() == 1) {
                        throw new IllegalStateException("made to fail, once");
                    }
                })) {
            debouncer.touch(path);
            await().until(() -> calls.get() == 1 && debouncer.size() == 0);
            debouncer.touch(path);
            await().until(() -> calls.get() == 2);
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
