package io.datahub.api.log;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Rate limit for log lines of one kind; suppressed lines are counted. Thread-safe. */
public final class LogLimit {

    /**
     * The decision on a line.
     *
     * @param mayWrite whether it may be written
     * @param suppressed how many lines were suppressed before it
     */
    public record Decision(boolean mayWrite, long suppressed) {}

    private static final Decision NO = new Decision(false, 0);

    private final int lines;
    private final long periodNanos;
    private final LongSupplier nanoTime;

    /** Guarded by this, as are the next two fields. */
    private long begun;

    private int written;
    private long suppressed;

    /**
     * Allows at most this many lines in each period.
     *
     * @param lines the maximum number of lines
     * @param period the length of a period
     */
    public LogLimit(int lines, Duration period) {
        this(lines, period, System::nanoTime);
    }

    LogLimit(int lines, Duration period, LongSupplier nanoTime) {
        this.lines = lines;
        this.periodNanos = period.toNanos();
        this.nanoTime = nanoTime;
        begun = nanoTime.getAsLong();
    }

    /**
     * Requests one line. If it may be written, the decision has the number of lines suppressed since the last one,
     * which is then reset.
     *
     * @return whether the line may be written
     */
    public synchronized Decision next() {
        long now = nanoTime.getAsLong();
        if (now - begun >= periodNanos) {
            begun = now;
            written = 0;
        }
        if (written >= lines) {
            suppressed++;
            return NO;
        }
        written++;
        long count = suppressed;
        suppressed = 0;
        return new Decision(true, count);
    }
}
