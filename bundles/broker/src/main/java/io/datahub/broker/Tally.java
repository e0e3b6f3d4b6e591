package io.datahub.broker;

import java.util.concurrent.atomic.LongAdder;

/** Counts whole events, for one session and for the broker at once. For any thread. */
final class Tally {

    private final LongAdder in = new LongAdder();
    private final LongAdder out = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final Tally all;

    /** The broker's. */
    Tally() {
        all = null;
    }

    /** A session's. */
    Tally(Tally all) {
        this.all = all;
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
