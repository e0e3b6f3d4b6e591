package io.datahub.watcher;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Runs a full scan on request: never two at the same time, and for at most half of the time. A request during a scan
 * starts another scan afterwards. Thread-safe.
 */
final class FullScanScheduler {

    private final ScheduledExecutorService executor;
    private final Runnable fullScan;

    // Guarded by this.
    private boolean requested;
    private boolean inProgress;
    private long lastEndNanos = System.nanoTime();
    private long lastDurationNanos;
    private long completedScans;

    /** @param executor the single thread that runs full scans */
    FullScanScheduler(ScheduledExecutorService executor, Runnable fullScan) {
        this.executor = executor;
        this.fullScan = fullScan;
    }

    /** Requests a full scan. A no-op while a requested scan hasn't started. */
    @SuppressWarnings("FutureReturnValueIgnored") // a scan logs its own failures
    synchronized void request(Duration delay) {
        if (!requested && !executor.isShutdown()) {
            requested = true;
            long pauseNanos = lastEndNanos + lastDurationNanos - System.nanoTime();
            executor.schedule(this::run, Math.max(delay.toNanos(), pauseNanos), TimeUnit.NANOSECONDS);
        }
    }

    private void run() {
        long begin = System.nanoTime();
        synchronized (this) {
            requested = false;
            inProgress = true;
        }
        try {
            fullScan.run();
        } finally {
            synchronized (this) {
                inProgress = false;
                lastEndNanos = System.nanoTime();
                lastDurationNanos = lastEndNanos - begin;
                completedScans++;
            }
        }
    }

    /** The status for the operator. */
    @Override
    public synchronized String toString() {
        String lastScan =
                completedScans == 0 ? "" : "last scan took " + TimeUnit.NANOSECONDS.toMillis(lastDurationNanos) + " ms";
        if (inProgress || completedScans == 0) {
            return lastScan.isEmpty() ? "scanning" : "scanning, " + lastScan;
        }
        return lastScan;
    }
}
