package io.datahub.history.log;

import io.datahub.api.metric.Histogram;
import java.util.concurrent.atomic.LongAdder;

/** Counts since the start. Thread-safe. */
public final class HistoryCounters {

    private final LongAdder events = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder repeated = new LongAdder();
    private final LongAdder read = new LongAdder();
    private final Histogram flushes = new Histogram();

    /** Counts an event that was kept, of a length in bytes. */
    public void append(long length) {
        events.increment();
        bytes.add(length);
    }

    /** Counts an event that was refused. */
    public void refuse() {
        refused.increment();
    }

    /** Counts an event that was recognized. */
    public void repeat() {
        repeated.increment();
    }

    void flushed(long nanos) {
        flushes.record(nanos);
    }

    /** Counts events that were read. */
    public void read(long count) {
        read.add(count);
    }

    public long events() {
        return events.sum();
    }

    public long bytes() {
        return bytes.sum();
    }

    public long refused() {
        return refused.sum();
    }

    public long repeated() {
        return repeated.sum();
    }

    public long read() {
        return read.sum();
    }

    /** The durations of flushes, with the writing before them. */
    public Histogram flushes() {
        return flushes;
    }
}
