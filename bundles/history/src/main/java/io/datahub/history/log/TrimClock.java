package io.datahub.history.log;

import io.datahub.api.log.LogText;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time by which events are too old. If the machine's clock jumps ahead, the jump counts only after a day, so that a
 * clock that is set wrongly for a while deletes nothing. Not thread-safe.
 */
final class TrimClock {

    private static final Logger LOG = LoggerFactory.getLogger(TrimClock.class);
    private static final long JUMP_MILLIS = 60_000;
    private static final long DAY_MILLIS = TimeUnit.DAYS.toMillis(1);

    /** Between the machine's clock, as far as it is believed, and the time that has passed. */
    private long offset;

    /** When the machine's clock jumped ahead, by the time that has passed; -1 if it didn't. */
    private long jumpedAt = -1;

    /**
     * @param wallMillis the time in milliseconds since 1970
     * @param nanoTime as of {@link System#nanoTime}
     */
    TrimClock(long wallMillis, long nanoTime) {
        offset = wallMillis - TimeUnit.NANOSECONDS.toMillis(nanoTime);
    }

    /** The time, in milliseconds since 1970. */
    long millis(long wallMillis, long nanoTime) {
        long passed = TimeUnit.NANOSECONDS.toMillis(nanoTime);
        boolean isAhead = wallMillis - passed > offset + JUMP_MILLIS;
        if (isAhead && jumpedAt < 0) {
            jumpedAt = passed;
            LOG.warn(
                    "event=history.clock.jumped to={} consequence=\"events are deleted by the former time for a day\"",
                    LogText.quoted(Instant.ofEpochMilli(wallMillis)));
        }
        if (!isAhead || passed - jumpedAt >= DAY_MILLIS) {
            offset = wallMillis - passed;
            jumpedAt = -1;
        }
        return passed + offset;
    }
}
