package io.datahub.store.metadata;

import java.util.concurrent.TimeUnit;

/**
 * Gives back the room in the file that nothing uses any more, once most of the file is such room. It goes in steps, each of which
 * moves a bounded number of bytes while writers wait, for at most half of the time while nobody writes and for a small part of it
 * while somebody does. A process that is killed in a step leaves either the old place of everything or the new one. For one
 * thread, under the ledger's lock.
 */
final class Compaction {

    /** A smaller file isn't worth it, in bytes. */
    private static final long SMALL_BYTES = 4 << 20;

    /** It begins where less than so many percent of the file are in use, and ends at so many. */
    private static final int BEGIN_PERCENT = 50;

    private static final int END_PERCENT = 75;

    private static final int STEP_BYTES = 4 << 20;
    private static final int BUSY_STEP_BYTES = 1 << 20;

    /** Larger pieces than a step aren't moved, so steps grow to this where nothing else is left. */
    private static final int MOST_BYTES = 64 << 20;

    /** Parts are copied before their old place is free, so it wants room on the disk for so many steps. */
    private static final long ROOM_STEPS = 4;

    private static final long SHORTEST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** While somebody writes, it rests for so many times what a step took. */
    private static final int BUSY_REST = 20;

    private boolean underWay;
    private int bytes = STEP_BYTES;
    private long restNanos;
    private long ended = System.nanoTime();
    private long tookNanos;

    /**
     * Does a step if one is due.
     *
     * @param idle whether nobody writes at present
     * @return whether there is something to commit
     */
    boolean step(MetadataDatabase books, boolean idle) {
        long rested = System.nanoTime() - ended;
        if (rested < restNanos || (!idle && rested < BUSY_REST * Math.max(tookNanos, SHORTEST_NANOS))) {
            return false;
        }
        int percent = books.livePercent();
        underWay = books.fileBytes() > SMALL_BYTES
                && books.usableBytes() > ROOM_STEPS * bytes
                && percent < (underWay ? END_PERCENT : BEGIN_PERCENT);
        if (!underWay) {
            restNanos = RETRY_NANOS;
            ended = System.nanoTime();
            return false;
        }
        long began = System.nanoTime();
        long size = books.fileBytes();
        ended = began;
        restNanos = LONGEST_NANOS; // should it fail
        books.compact(idle ? bytes : Math.min(bytes, BUSY_STEP_BYTES));
        ended = System.nanoTime();
        tookNanos = ended - began;
        boolean progress = books.fileBytes() < size || books.livePercent() > percent;
        restNanos = progress
                ? Math.max(SHORTEST_NANOS, tookNanos)
                : Math.min(LONGEST_NANOS, Math.max(RETRY_NANOS, 2 * restNanos));
        if (idle) {
            bytes = progress ? STEP_BYTES : Math.min(MOST_BYTES, 2 * bytes);
        }
        return true;
    }

    /** How long nobody has to be waited for before the next step, in nanoseconds. */
    long restNanos() {
        return underWay ? Math.max(SHORTEST_NANOS, restNanos) : RETRY_NANOS;
    }
}
