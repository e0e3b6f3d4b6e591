package io.datahub.broker.queue;

import io.datahub.api.metric.Histogram;
import java.util.concurrent.atomic.LongAdder;

/** Counts whole events, for one session and for the broker at once. Thread-safe. */
public final class EventCounters {

    private final LongAdder in = new LongAdder();
    private final LongAdder out = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();
    private final Histogram delays;
    private final EventCounters total;

    /** The broker's counters. */
    public EventCounters() {
        total = null;
        delays = new Histogram();
    }

    /** A session's counters. */
    public EventCounters(EventCounters total) {
        this.total = total;
        delays = total.delays;
    }

    public void in(long count) {
        in.add(count);
        if (total != null) {
            total.in(count);
        }
    }

    public void out(long count) {
        out.add(count);
        if (total != null) {
            total.out(count);
        }
    }

    public void lost(long count) {
        lost.add(count);
        if (total != null) {
            total.lost(count);
        }
    }

    public void refuse() {
        refused.increment();
        if (total != null) {
            total.refuse();
        }
    }

    /** Counts received bytes, for the broker only. */
    public void bytesIn(long bytes) {
        (total == null ? this : total).bytesIn.add(bytes);
    }

    /** Counts bytes taken by transports, for the broker only. */
    public void bytesOut(long bytes) {
        (total == null ? this : total).bytesOut.add(bytes);
    }

    /** The sampled delays from publication until a transport took the event. */
    public Histogram delays() {
        return delays;
    }

    public long bytesIn() {
        return bytesIn.sum();
    }

    public long bytesOut() {
        return bytesOut.sum();
    }

    public long in() {
        return in.sum();
    }

    public long out() {
        return out.sum();
    }

    public long lost() {
        return lost.sum();
    }

    public long refused() {
        return refused.sum();
    }
}
