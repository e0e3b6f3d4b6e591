package io.datahub.cluster.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.datahub.api.cluster.LedgerHub;
import io.datahub.api.cluster.LedgerHubs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConfirmationTest {

    private static final int READERS = 10;

    private final AtomicInteger attempts = new AtomicInteger();
    private final CountDownLatch away = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newFixedThreadPool(READERS);
    private volatile boolean isHanging;
    private volatile long newest;

    /** Hangs on demand until the latch is open, and fails then. */
    private final LedgerHubs hubs = new LedgerHubs() {
        @Override
        public long confirm(LedgerHub hub) throws IOException {
            attempts.incrementAndGet();
            if (isHanging) {
                try {
                    away.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                throw new IOException("no standby");
            }
            return Math.max(hub.tail(), newest);
        }

        @Override
        public List<Seen> list() {
            return List.of();
        }
    };

    private Confirmation confirmation() throws IOException {
        return new Confirmation(hubs, number -> new LedgerHub("a", UUID.randomUUID(), "", number), System::nanoTime, 1);
    }

    @AfterEach
    void tearDown() {
        away.countDown();
        threads.shutdownNow();
    }

    private static boolean isBlocked(Thread thread) {
        return thread.getState() == Thread.State.BLOCKED || thread.getState() == Thread.State.WAITING;
    }

    @Test
    void shouldShareTheFailureOfOneAttemptAmongAllWhoWaitedForIt() throws Exception {
        Confirmation confirmation = confirmation();
        isHanging = true;
        List<Thread> waiting = new ArrayList<>();
        List<Future<?>> readers = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            readers.add(threads.submit(() -> {
                synchronized (waiting) {
                    waiting.add(Thread.currentThread());
                }
                confirmation.await(2);
                return null;
            }));
        }
        await().until(() -> {
            synchronized (waiting) {
                return waiting.size() == READERS && waiting.stream().allMatch(ConfirmationTest::isBlocked);
            }
        });

        away.countDown();

        for (Future<?> reader : readers) {
            assertThatThrownBy(reader::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("no standby");
        }
        assertThat(attempts).hasValue(2); // with the first one, of the constructor
        isHanging = false;
        confirmation.await(2); // whoever comes later tries again
        assertThat(confirmation.confirmed()).isEqualTo(2);
    }

    @Test
    void shouldBeCertainOfWhatTheLedgerHadWhenItConfirmed() throws Exception {
        Confirmation confirmation = confirmation();
        newest = 5;

        confirmation.renew();

        assertThat(confirmation.confirmed()).isEqualTo(5);
    }

    @Test
    void shouldTakeAProofWhileAnAttemptHangs() throws Exception {
        Confirmation confirmation = confirmation();
        isHanging = true;
        Future<?> reader = threads.submit(() -> {
            confirmation.await(2);
            return null;
        });
        await().until(() -> attempts.get() == 2);

        confirmation.proven(3);

        assertThat(confirmation.confirmed()).isEqualTo(3);
        confirmation.await(3);
        assertThat(reader.isDone()).isFalse();
    }
}
