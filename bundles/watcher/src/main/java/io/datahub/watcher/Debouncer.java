package io.datahub.watcher;

import io.datahub.api.log.LogText;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.path.RecordPath;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Debounces path changes: each changed path is passed to a handler once it has been unchanged for the quiet period, or
 * once the maximum wait has elapsed. Thread-safe; the handler is called by a small number of worker threads.
 */
final class Debouncer implements AutoCloseable {

    /** Handles a path. Never called concurrently for the same path. */
    @FunctionalInterface
    interface Handler {
        /**
         * Called when a path has been unchanged for the quiet period, or its maximum wait has elapsed.
         *
         * @param quiet for how long the path must have been unchanged; zero if the maximum wait has elapsed
         */
        void onQuiet(RecordPath path, Duration quiet);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Debouncer.class);

    /** Above this many pending paths, a full scan replaces them: it costs less, and the memory stays bounded. */
    private static final int MAX_PENDING = 100_000;

    /** For how long workers with nothing to do rest, so that many changes a second don't wake them for each. */
    private static final long BATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long STOP_TIMEOUT_MILLIS = 5_000;

    private final long quietNanos;
    private final long maxQuietNanos;
    private final long opensAtNanos;
    private final Handler handler;
    private final LongSupplier clock;
    private final List<Thread> workers = new ArrayList<>();

    private final Map<RecordPath, PendingPath> pending = new HashMap<>(); // guarded by this
    private final DelayQueue<QueueEntry> queue = new DelayQueue<>();
    private volatile boolean closed;

    /** A pending path; guarded by the debouncer. */
    private static final class PendingPath {
        private final RecordPath path;
        private long firstTouched;
        private long lastTouched;
        private boolean inProgress;
        private boolean touchedAgain;

        /** Whether the path stands for everything below it, so that further changes don't postpone it. */
        private boolean wholeTree;

        private PendingPath(RecordPath path, long firstTouched, long now) {
            this.path = path;
            this.firstTouched = firstTouched;
            lastTouched = now;
        }
    }

    /** The time at which a path is due for a check; without an entry, a signal for a worker thread to stop. */
    private record QueueEntry(PendingPath entry, long atNanos, LongSupplier clock) implements Delayed {
        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(atNanos - clock.getAsLong(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.signum(atNanos - ((QueueEntry) other).atNanos);
        }
    }

    /** @param initialDelay for how long after the start no path is handled */
    Debouncer(String name, Duration initialDelay, Duration quiet, Duration maxQuiet, int threads, Handler handler) {
        this(name, initialDelay, quiet, maxQuiet, threads, handler, System::nanoTime);
    }

    /** @param clock a monotonic clock in nanoseconds, as {@link System#nanoTime} */
    Debouncer(
            String name,
            Duration initialDelay,
            Duration quiet,
            Duration maxQuiet,
            int threads,
            Handler handler,
            LongSupplier clock) {
        this.clock = clock;
        opensAtNanos = clock.getAsLong() + initialDelay.toNanos();
        quietNanos = quiet.toNanos();
        maxQuietNanos = Math.max(quiet.toNanos(), maxQuiet.toNanos());
        this.handler = handler;
        for (int i = 1; i <= threads; i++) {
            Thread worker = new Thread(this::run, "datahub-" + name + "-" + i);
            workers.add(worker);
            worker.start();
        }
    }

    /** Registers a change to a path. */
    synchronized void touch(RecordPath path) {
        touch(path, false);
    }

    /** Registers that anything below a directory may have changed. Later changes to the directory don't postpone it. */
    synchronized void touchTree(RecordPath directory) {
        touch(directory, true);
    }

    private void touch(RecordPath path, boolean wholeTree) {
        if (closed) {
            return;
        }
        long now = clock.getAsLong();
        PendingPath entry = pending.get(path);
        if (entry == null) {
            if (pending.size() >= MAX_PENDING && !path.isRoot()) {
                touchRoot();
                return;
            }
            PendingPath added = new PendingPath(path, now, now);
            added.wholeTree = wholeTree;
            schedule(added);
        } else if (entry.inProgress) {
            entry.touchedAgain = true;
        } else if (!entry.wholeTree) {
            if (now - entry.lastTouched >= quietNanos) {
                // It has been quiet, only no thread was free to handle it: it isn't a path that changes constantly.
                entry.firstTouched = now;
            }
            entry.wholeTree = wholeTree;
            entry.lastTouched = now;
        }
    }

    private void touchRoot() {
        pending.values().removeIf(entry -> !entry.inProgress);
        queue.clear();
        touch(RecordPath.ROOT, true);
    }

    private void schedule(PendingPath entry) {
        pending.put(entry.path, entry);
        queue.add(new QueueEntry(entry, dueAt(entry), clock));
    }

    private long dueAt(PendingPath entry) {
        long atNanos = Math.min(entry.lastTouched + quietNanos, entry.firstTouched + maxQuietNanos);
        return atNanos - opensAtNanos > 0 ? atNanos : opensAtNanos;
    }

    /** The number of pending paths. */
    synchronized int size() {
        return pending.size();
    }

    /** The age of the oldest pending path in nanoseconds; 0 if there is none. */
    synchronized long longestWait() {
        long now = clock.getAsLong();
        return pending.values().stream()
                .mapToLong(entry -> now - entry.firstTouched)
                .max()
                .orElse(0);
    }

    /** Reports the pending paths of a directory tree. */
    void report(String tree, MetricReport report) {
        report.gauge(
                "datahub_watcher_pending_paths",
                "Changed paths that wait for their quiet period",
                size(),
                "tree",
                tree);
        report.gauge(
                "datahub_watcher_lag_seconds",
                "The age of the oldest changed path that waits for its quiet period",
                longestWait() / (double) TimeUnit.SECONDS.toNanos(1),
                "tree",
                tree);
    }

    private void run() {
        try {
            while (!closed) {
                QueueEntry queued = queue.poll(); // unlike take, doesn't wake another worker
                if (queued == null) {
                    TimeUnit.NANOSECONDS.sleep(BATCH_NANOS);
                    queued = queue.take();
                }
                if (queued.entry != null && claim(queued.entry)) {
                    handle(queued.entry);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns whether the path is due, and marks it as in progress; if it isn't due yet, schedules another check. */
    private synchronized boolean claim(PendingPath entry) {
        if (closed || pending.get(entry.path) != entry) {
            return false;
        }
        long atNanos = dueAt(entry);
        if (atNanos - clock.getAsLong() > 0) {
            queue.add(new QueueEntry(entry, atNanos, clock));
            return false;
        }
        entry.inProgress = true;
        return true;
    }

    private void handle(PendingPath entry) {
        boolean maxQuietExceeded = entry.lastTouched + quietNanos - (entry.firstTouched + maxQuietNanos) > 0;
        try {
            handler.onQuiet(entry.path, maxQuietExceeded ? Duration.ZERO : Duration.ofNanos(quietNanos));
        } catch (RuntimeException | Error e) {
            LOG.error("event=watcher.path.failed path={}", LogText.quoted(entry.path), e);
        } finally {
            synchronized (this) {
                pending.remove(entry.path);
                if (entry.touchedAgain && !closed) {
                    long now = clock.getAsLong();
                    schedule(new PendingPath(entry.path, maxQuietExceeded ? now : entry.firstTouched, now));
                }
            }
        }
    }

    /** Stops the workers and waits up to 5 s for handlers that are in progress. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            pending.values().removeIf(entry -> !entry.inProgress);
            queue.clear();
            workers.forEach(worker -> queue.add(new QueueEntry(null, clock.getAsLong(), clock)));
        }
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STOP_TIMEOUT_MILLIS);
        try {
            for (Thread worker : workers) {
                long remainingMillis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                worker.join(Math.max(1, remainingMillis));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
