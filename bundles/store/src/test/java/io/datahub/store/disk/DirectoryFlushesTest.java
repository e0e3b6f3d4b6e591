package io.datahub.store.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DirectoryFlushesTest {

    private static final Path DIRECTORY = Path.of("directory");

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger begun = new AtomicInteger();
    private final Semaphore permitted = new Semaphore(0);
    private final AtomicInteger running = new AtomicInteger();
    private volatile boolean failing;

    private final DirectoryFlushes flushes = new DirectoryFlushes(directory -> {
        assertThat(running.incrementAndGet()).isEqualTo(1);
        begun.incrementAndGet();
        permitted.acquireUninterruptibly();
        running.decrementAndGet();
        if (failing) {
            throw new IOException("the disk failed");
        }
    });

    @AfterEach
    void stopThreads() {
        permitted.release(1_000);
        threads.shutdownNow();
    }

    private Future<?> flush() {
        CountDownLatch waits = new CountDownLatch(1);
        Thread[] thread = new Thread[1];
        Future<?> future = threads.submit(() -> {
            thread[0] = Thread.currentThread();
            waits.countDown();
            flushes.flush(DIRECTORY);
            return null;
        });
        Awaitility.await()
                .until(() ->
                        waits.getCount() == 0 && (thread[0].getState() == Thread.State.WAITING || future.isDone()));
        return future;
    }

    private List<Future<?>> flush(int callers) {
        List<Future<?>> futures = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            futures.add(flush());
        }
        return futures;
    }

    @Test
    void shouldFlushOnceForAllCallersThatCameDuringAFlush() throws Exception {
        Future<?> first = flush();
        List<Future<?>> others = flush(5);
        assertThat(begun).hasValue(1);

        permitted.release();
        first.get();
        Awaitility.await().until(() -> begun.get() == 2);
        assertThat(others).noneMatch(Future::isDone);

        permitted.release();
        for (Future<?> other : others) {
            other.get();
        }
        assertThat(begun).hasValue(2);
    }

    @Test
    void shouldNotServeACallerByAFlushThatHadStarted() throws Exception {
        Future<?> first = flush();
        Future<?> second = flush();
        permitted.release();
        first.get();
        Awaitility.await().until(() -> begun.get() == 2);
        Future<?> third = flush();

        permitted.release();
        second.get();
        Awaitility.await().until(() -> begun.get() == 3);
        assertThat(third.isDone()).isFalse();

        permitted.release();
        third.get();
    }

    @Test
    void shouldFailForTheCallerThatFlushedAndFlushAgainForTheOthers() throws Exception {
        Future<?> first = flush();
        List<Future<?>> others = flush(3);
        failing = true;
        permitted.release(2); // of the first caller, and of one of the others

        assertThatThrownBy(first::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(IOException.class);
        Awaitility.await().until(() -> begun.get() == 3);
        failing = false;
        permitted.release(others.size());

        int failed = 0;
        for (Future<?> other : others) {
            try {
                other.get();
            } catch (ExecutionException e) {
                failed++;
            }
        }
        assertThat(failed).isEqualTo(1);
    }

    @Test
    void shouldFlushOtherDirectoriesMeanwhile() throws Exception {
        DirectoryFlushes others = new DirectoryFlushes(directory -> {
            if (directory.equals(DIRECTORY)) {
                permitted.acquireUninterruptibly();
            }
        });
        Future<?> blocked = threads.submit(() -> {
            others.flush(DIRECTORY);
            return null;
        });

        others.flush(Path.of("other"));

        assertThat(blocked.isDone()).isFalse();
    }
}
