package io.datahub.watcher;

import io.datahub.api.record.RecordPath;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Paths that changed and wait until they have rested. Each is handed on once nothing was heard of it for the quiet time, or
 * when it has waited for the longest time. For any thread; paths are handed on by a few threads of its own.
 */
final class Settling implements AutoCloseable {

    /** Does what is due. A path is never handed on twice at the same time. */
    @FunctionalInterface
    interface Due {
        /**
         * A path has rested.
         *
         * @param quiet for how long it must have rested to count; zero if it has waited for long enough
         */
        void settled(RecordPath path, Duration quiet);
    }

    /** Beyond this many paths, everything is compared instead: it costs less and its size is bounded. */
    private static final int MAX_WAITING = 100_000;

    private static final int IDLE_SECONDS = 30;

    private final long quietNanos;
    private final long maxQuietNanos;
    private final Due due;
    private final ExecutorService workers;
    private final Semaphore free;
    private final Thread clock;

    private final Map<RecordPath, Wait> waiting = new HashMap<>(); // guarded by this
    private final PriorityQueue<Entry> queue = new PriorityQueue<>(); // guarded by this
    private boolean closed; // guarded by this

    private static final class Wait {
        private final long since;
        private long last;
        private boolean running;
        private boolean again;

        private Wait(long now) {
            since = now;
            last = now;
        }
    }

    private record Entry(RecordPath path, long at) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            return Long.signum(at - other.at);
        }
    }

    Settling(String name, Duration quiet, Duration maxQuiet, int threads, Due due) {
        quietNanos = quiet.toNanos();
        maxQuietNanos = Math.max(quiet.toNanos(), maxQuiet.toNanos());
        this.due = due;
        free = new Semaphore(threads);
        AtomicInteger count = new AtomicInteger();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads,
                threads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> new Thread(task, "datahub-" + name + "-" + count.incrementAndGet()));
        pool.allowCoreThreadTimeOut(true);
        workers = pool;
        clock = new Thread(this::run, "datahub-" + name + "-clock");
        clock.start();
    }

    /** Something was heard of a path. */
    synchronized void touch(RecordPath path) {
        if (closed) {
            return;
        }
        long now = System.nanoTime();
        Wait wait = waiting.get(path);
        if (wait == null) {
            if (waiting.size() >= MAX_WAITING && !path.isRoot()) {
                touchEverything();
                return;
            }
            waiting.put(path, new Wait(now));
            schedule(path, now + quietNanos);
        } else if (wait.running) {
            wait.again = true;
        } else {
            wait.last = now;
        }
    }

    private void touchEverything() {
        waiting.values().removeIf(wait -> !wait.running);
        queue.clear();
        touch(RecordPath.ROOT);
    }

    private void schedule(RecordPath path, long at) {
        queue.add(new Entry(path, at));
        if (queue.peek().at == at) {
            notifyAll();
        }
    }

    /** How many paths wait. */
    synchronized int size() {
        return waiting.size();
    }

    private void run() {
        try {
            while (true) {
                free.acquire();
                Runnable next = next();
                if (next == null) {
                    return;
                }
                workers.execute(() -> {
                    try {
                        next.run();
                    } finally {
                        free.release();
                    }
                });
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for a path that is due; null when closed. */
    private synchronized Runnable next() throws InterruptedException {
        while (!closed) {
            Entry first = queue.peek();
            long left = first == null ? Long.MAX_VALUE : first.at - System.nanoTime();
            if (left > 0) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
                continue;
            }
            queue.poll();
            Wait wait = waiting.get(first.path);
            if (wait == null || wait.running) {
                continue;
            }
            long at = Math.min(wait.last + quietNanos, wait.since + maxQuietNanos);
            if (at - System.nanoTime() > 0) {
                schedule(first.path, at);
                continue;
            }
            wait.running = true;
            boolean waitedLong = wait.last + quietNanos - (wait.since + maxQuietNanos) > 0;
            return () -> settle(first.path, wait, waitedLong ? Duration.ZERO : Duration.ofNanos(quietNanos));
        }
        return null;
    }

    private void settle(RecordPath path, Wait wait, Duration quiet) {
        try {
            due.settled(path, quiet);
        } finally {
            synchronized (this) {
                waiting.remove(path);
                if (wait.again && !closed) {
                    waitAgain(path, quiet.isZero() ? System.nanoTime() : wait.since);
                }
            }
        }
    }

    private void waitAgain(RecordPath path, long since) {
        Wait wait = new Wait(since);
        wait.last = System.nanoTime();
        waiting.put(path, wait);
        schedule(path, Math.min(wait.last + quietNanos, since + maxQuietNanos));
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            waiting.values().removeIf(wait -> !wait.running);
            queue.clear();
            notifyAll();
        }
        clock.interrupt();
        workers.shutdown();
        try {
            clock.join();
            workers.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
