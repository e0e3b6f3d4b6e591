package io.datahub.watcher;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Compares everything whenever somebody asks for it, never twice at the same time and never for more than half of the time.
 * Who asks while it goes on is heard afterwards. For any thread.
 */
final class FullScanScheduler {

    private final ScheduledExecutorService thread;
    private final Runnable round;

    // Guarded by this.
    private boolean asked;
    private boolean running;
    private long ended = System.nanoTime();
    private long tookNanos;
    private long count;

    /** @param thread the only thread that compares everything */
    FullScanScheduler(ScheduledExecutorService thread, Runnable round) {
        this.thread = thread;
        this.round = round;
    }

    /** Asks for a round. */
    @SuppressWarnings("FutureReturnValueIgnored") // a round reports what it can't do itself
    synchronized void ask(Duration delay) {
        if (!asked && !thread.isShutdown()) {
            asked = true;
            long rest = ended + tookNanos - System.nanoTime();
            thread.schedule(this::run, Math.max(delay.toNanos(), rest), TimeUnit.NANOSECONDS);
        }
    }

    private void run() {
        long begin = System.nanoTime();
        synchronized (this) {
            asked = false;
            running = true;
        }
        try {
            round.run();
        } finally {
            synchronized (this) {
                running = false;
                ended = System.nanoTime();
                tookNanos = ended - begin;
                count++;
            }
        }
    }

    /** What goes on, for the operator. */
    @Override
    public synchronized String toString() {
        String last = count == 0 ? "" : "last scan took " + TimeUnit.NANOSECONDS.toMillis(tookNanos) + " ms";
        if (running || count == 0) {
            return last.isEmpty() ? "scanning" : "scanning, " + last;
        }
        return last;
    }
}
