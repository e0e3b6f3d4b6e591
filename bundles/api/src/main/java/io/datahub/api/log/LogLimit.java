package io.datahub.api.log;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Bounds how many lines of one kind come into a log in a time, and counts the others. For any thread. */
public final class LogLimit {

    /** What to do about a line. */
    public record Decision(boolean mayWrite, long leftOut) {}

    private static final Decision NO = new Decision(false, 0);

    private final int lines;
    private final long periodNanos;
    private final LongSupplier nanoTime;

    /** Guarded by this, as are the next two. */
    private long begun;

    private int written;
    private long leftOut;

    /** At most so many lines in each period. */
    public LogLimit(int lines, Duration period) {
        this(lines, period, System::nanoTime);
    }

    LogLimit(int lines, Duration period, LongSupplier nanoTime) {
        this.lines = lines;
        this.periodNanos = period.toNanos();
        this.nanoTime = nanoTime;
        begun = nanoTime.getAsLong();
    }

    /** Asks for one line; where it may be written, how many were left out since the last one is told, once. */
    public synchronized Decision next() {
        long now = nanoTime.getAsLong();
        if (now - begun >= periodNanos) {
            begun = now;
            written = 0;
        }
        if (written >= lines) {
            leftOut++;
            return NO;
        }
        written++;
        long told = leftOut;
        leftOut = 0;
        return new Decision(true, told);
    }
}
