package io.datahub.broker;

import io.datahub.api.metric.Histogram;
import java.util.concurrent.atomic.LongAdder;

/** Counts whole events, for one session and for the broker at once. For any thread. */
final class EventCounters {

    private final LongAdder in = new LongAdder();
    private final LongAdder out = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();
    private final Histogram delays;
    private final EventCounters all;

    /** The broker's. */
    EventCounters() {
        all = null;
        delays = new Histogram();
    }

    /** A session's. */
    EventCounters(EventCounters all) {
        this.all = all;
        delays = all.delays;
    }

    void in(long count) {
        in.add(count);
        if (all != null) {
            all.in(count);
        }
    }

    void out(long count) {
        out.add(count);
        if (all != null) {
            all.out(count);
        }
    }

    void lost(long count) {
        lost.add(count);
        if (all != null) {
            all.lost(count);
        }
    }

    void refuse() {
        refused.increment();
        if (all != null) {
            all.refuse();
        }
    }

    /** Counts bytes that came in; for the broker alone. */
    void bytesIn(long bytes) {
        (all == null ? this : all).bytesIn.add(bytes);
    }

    /** Counts bytes that were taken; for the broker alone. */
    void bytesOut(long bytes) {
        (all == null ? this : all).bytesOut.add(bytes);
    }

    /** How long events waited from their publication until they were taken, of a part of them. */
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
