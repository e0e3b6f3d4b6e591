package io.datahub.store.metadata;

import java.util.concurrent.TimeUnit;

/**
 * Compacts the database file once most of it is unused. It runs in steps, each of which moves a bounded number of
 * bytes while writers are blocked: at most half of the time when idle, and a small fraction of the time under write
 * load. A process that is killed during a step leaves either the old or the new location of every chunk intact. For
 * one thread, under the commit lock.
 */
final class Compaction {

    /** Files up to this size, in bytes, aren't compacted. */
    private static final long MIN_FILE_BYTES = 4 << 20;

    /** Compaction starts below this percentage of live data and stops at {@link #STOP_AT_PERCENT}. */
    private static final int START_BELOW_PERCENT = 50;

    private static final int STOP_AT_PERCENT = 75;

    private static final int IDLE_STEP_BYTES = 4 << 20;
    private static final int BUSY_STEP_BYTES = 1 << 20;

    /** Chunks larger than a step aren't moved, so steps grow up to this size when nothing smaller is left to move. */
    private static final int MAX_STEP_BYTES = 64 << 20;

    /** Chunks are copied before their old location is freed, so this many steps of free disk space are required. */
    private static final long FREE_SPACE_STEPS = 4;

    private static final long MIN_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long MAX_REST_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Under write load, it rests for this multiple of the duration of the last step. */
    private static final int BUSY_REST_FACTOR = 20;

    private boolean running;
    private int stepBytes = IDLE_STEP_BYTES;
    private long restNanos;
    private long endedAt = System.nanoTime();
    private long stepNanos;

    /**
     * Runs a step if one is due.
     *
     * @param idle whether there are no writes at present
     * @return whether there is something to commit
     */
    boolean step(MetadataDatabase database, boolean idle) {
        long rested = System.nanoTime() - endedAt;
        if (rested < restNanos || (!idle && rested < BUSY_REST_FACTOR * Math.max(stepNanos, MIN_REST_NANOS))) {
            return false;
        }
        int percent = database.livePercent();
        running = database.fileBytes() > MIN_FILE_BYTES
                && database.usableBytes() > FREE_SPACE_STEPS * stepBytes
                && percent < (running ? STOP_AT_PERCENT : START_BELOW_PERCENT);
        if (!running) {
            restNanos = RETRY_NANOS;
            endedAt = System.nanoTime();
            return false;
        }
        long startedAt = System.nanoTime();
        long size = database.fileBytes();
        endedAt = startedAt;
        restNanos = MAX_REST_NANOS; // applies if compact() throws
        database.compact(idle ? stepBytes : Math.min(stepBytes, BUSY_STEP_BYTES));
        endedAt = System.nanoTime();
        stepNanos = endedAt - startedAt;
        boolean progress = database.fileBytes() < size || database.livePercent() > percent;
        restNanos = progress
                ? Math.max(MIN_REST_NANOS, stepNanos)
                : Math.min(MAX_REST_NANOS, Math.max(RETRY_NANOS, 2 * restNanos));
        if (idle) {
            stepBytes = progress ? IDLE_STEP_BYTES : Math.min(MAX_STEP_BYTES, 2 * stepBytes);
        }
        return true;
    }

    /** How long an idle caller may wait before the next step, in nanoseconds. */
    long restNanos() {
        return running ? Math.max(MIN_REST_NANOS, restNanos) : RETRY_NANOS;
    }
}
