package io.datahub.broker;

import io.datahub.api.metric.Histogram;
import java.util.concurrent.atomic.LongAdder;

/** Counts whole events, for one session and for the broker at once. Thread-safe. */
final class EventCounters {

    private final LongAdder in = new LongAdder();
    private final LongAdder out = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();
    private final Histogram delays;
    private final EventCounters total;

    /** The broker's counters. */
    EventCounters() {
        total = null;
        delays = new Histogram();
    }

    /** A session's counters. */
    EventCounters(EventCounters total) {
        this.total = total;
        delays = total.delays;
    }

    void in(long count) {
        in.add(count);
        if (total != null) {
            total.in(count);
        }
    }

    void out(long count) {
        out.add(count);
        if (total != null) {
            total.out(count);
        }
    }

    void lost(long count) {
        lost.add(count);
        if (total != null) {
            total.lost(count);
        }
    }

    void refuse() {
        refused.increment();
        if (total != null) {
            total.refuse();
        }
    }

    /** Counts received bytes, for the broker only. */
    void bytesIn(long bytes) {
        (total == null ? this : total).bytesIn.add(bytes);
    }

    /** Counts bytes taken by transports, for the broker only. */
    void bytesOut(long bytes) {
        (total == null ? this : total).bytesOut.add(bytes);
    }

    /** The sampled delays from publication until a transport took the event. */
    Histogram delays() {
        return delays;
    }

    long bytesIn() {
        return bytesIn.sum();
    }

    long bytesOut() {
        return bytesOut.sum();
    }

    long in() {
        return in.sum();
    }

    long out() {
        return out.sum();
    }

    long lost() {
        return lost.sum();
    }

    long refused() {
        return refused.sum();
    }
}
