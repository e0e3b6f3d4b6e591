package io.datahub.watcher;

import io.datahub.api.metric.MetricReport;
import io.datahub.api.record.RecordPath;
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
 * Paths that changed and wait until they have rested. Each is handed on once nothing was heard of it for the quiet time, or
 * when it has waited for the longest time. For any thread; paths are handed on by a few threads of its own.
 */
final class Debouncer implements AutoCloseable {

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

    private static final Logger LOG = LoggerFactory.getLogger(Debouncer.class);

    /** Beyond this many paths, everything is compared instead: it costs less and its size is bounded. */
    private static final int MAX_WAITING = 100_000;

    private static final long STOP_MILLIS = 5_000;

    private final long quietNanos;
    private final long maxQuietNanos;
    private final long opens;
    private final Due due;
    private final LongSupplier clock;
    private final List<Thread> workers = new ArrayList<>();

    private final Map<RecordPath, Wait> waiting = new HashMap<>(); // guarded by this
    private final DelayQueue<Turn> queue = new DelayQueue<>();
    private volatile boolean closed;

    /** A path that waits; guarded by the settling. */
    private static final class Wait {
        private final RecordPath path;
        private long since;
        private long last;
        private boolean running;
        private boolean again;

        /** Whether the path needn't rest itself, since it stands for everything in it. */
        private boolean whole;

        private Wait(RecordPath path, long since, long now) {
            this.path = path;
            this.since = since;
            last = now;
        }
    }

    /** A moment at which a path is looked at; at the end, one at which a thread ends. */
    private record Turn(Wait entry, long at, LongSupplier clock) implements Delayed {
        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(at - clock.getAsLong(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.signum(at - ((Turn) other).at);
        }
    }

    /** @param closedFor for how long nothing is handed on yet */
    Debouncer(String name, Duration closedFor, Duration quiet, Duration maxQuiet, int threads, Due due) {
        this(name, closedFor, quiet, maxQuiet, threads, due, System::nanoTime);
    }

    /** @param clock the time in nanoseconds since any moment, never less than before */
    Debouncer(
            String name,
            Duration closedFor,
            Duration quiet,
            Duration maxQuiet,
            int threads,
            Due due,
            LongSupplier clock) {
        this.clock = clock;
        opens = clock.getAsLong() + closedFor.toNanos();
        quietNanos = quiet.toNanos();
        maxQuietNanos = Math.max(quiet.toNanos(), maxQuiet.toNanos());
        this.due = due;
        for (int i = 1; i <= threads; i++) {
            Thread worker = new Thread(this::run, "datahub-" + name + "-" + i);
            workers.add(worker);
            worker.start();
        }
    }

    /** Something was heard of a path. */
    synchronized void touch(RecordPath path) {
        touch(path, false);
    }

    /** Something may have happened to anything in a directory: it isn't put off by what is heard of it later. */
    synchronized void compare(RecordPath directory) {
        touch(directory, true);
    }

    private void touch(RecordPath path, boolean whole) {
        if (closed) {
            return;
        }
        long now = clock.getAsLong();
        Wait wait = waiting.get(path);
        if (wait == null) {
            if (waiting.size() >= MAX_WAITING && !path.isRoot()) {
                compareEverything();
                return;
            }
            Wait fresh = new Wait(path, now, now);
            fresh.whole = whole;
            enter(fresh);
        } else if (wait.running) {
            wait.again = true;
        } else if (!wait.whole) {
            if (now - wait.last >= quietNanos) {
                wait.since = now; // it had rested, and no thread was free to look: it is none that never rests
            }
            wait.whole = whole;
            wait.last = now;
        }
    }

    private void compareEverything() {
        waiting.values().removeIf(wait -> !wait.running);
        queue.clear();
        touch(RecordPath.ROOT, true);
    }

    private void enter(Wait wait) {
        waiting.put(wait.path, wait);
        queue.add(new Turn(wait, dueAt(wait), clock));
    }

    private long dueAt(Wait wait) {
        long at = Math.min(wait.last + quietNanos, wait.since + maxQuietNanos);
        return at - opens > 0 ? at : opens;
    }

    /** How many paths wait. */
    synchronized int size() {
        return waiting.size();
    }

    /** For how long the one that waits longest has waited, in nanoseconds; 0 if none waits. */
    synchronized long longestWait() {
        long now = clock.getAsLong();
        return waiting.values().stream()
                .mapToLong(wait -> now - wait.since)
                .max()
                .orElse(0);
    }

    /** Reports what waits in this tree. */
    void report(String tree, MetricReport report) {
        report.gauge("datahub_watcher_unsettled", "Paths that changed and wait to rest", size(), "tree", tree);
        report.gauge(
                "datahub_watcher_lag_seconds",
                "How long the path waits that changed first of them",
                longestWait() / (double) TimeUnit.SECONDS.toNanos(1),
                "tree",
                tree);
    }

    private void run() {
        try {
            while (!closed) {
                Turn turn = queue.poll(); // unlike take, it wakes nobody else
                if (turn == null) {
                    turn = queue.take();
                }
                if (turn.entry != null && begin(turn.entry)) {
                    settle(turn.entry);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the path is due; if it isn't yet, it gets another turn. */
    private synchronized boolean begin(Wait wait) {
        if (closed || waiting.get(wait.path) != wait) {
            return false;
        }
        long at = dueAt(wait);
        if (at - clock.getAsLong() > 0) {
            queue.add(new Turn(wait, at, clock));
            return false;
        }
        wait.running = true;
        return true;
    }

    private void settle(Wait wait) {
        boolean waitedLong = wait.last + quietNanos - (wait.since + maxQuietNanos) > 0;
        try {
            due.settled(wait.path, waitedLong ? Duration.ZERO : Duration.ofNanos(quietNanos));
        } catch (RuntimeException | Error e) {
            LOG.error("event=settling-failed path=\"{}\"", wait.path, e);
        } finally {
            synchronized (this) {
                waiting.remove(wait.path);
                if (wait.again && !closed) {
                    long now = clock.getAsLong();
                    enter(new Wait(wait.path, waitedLong ? now : wait.since, now));
                }
            }
        }
    }

    /** Ends; what is being handed on is finished first, so far as that doesn't take long. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            waiting.values().removeIf(wait -> !wait.running);
            queue.clear();
            workers.forEach(worker -> queue.add(new Turn(null, clock.getAsLong(), clock)));
        }
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STOP_MILLIS);
        try {
            for (Thread worker : workers) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                worker.join(Math.max(1, left));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
