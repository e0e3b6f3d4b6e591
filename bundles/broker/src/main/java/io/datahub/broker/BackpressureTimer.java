package io.datahub.broker;

import java.util.ArrayList;
import java.util.List;

/**
 * How long others put up with one full queue: publishers wait for it for a while, and its session may go on losing events
 * for a while. Guarded by its queue.
 */
final class BackpressureTimer {

    private static final long NEVER = 0;

    private final long waitNanos;
    private final List<FanOut> waiting = new ArrayList<>();
    private long fullSince = NEVER;
    private long losesSince = NEVER;

    BackpressureTimer(BrokerLimits limits) {
        waitNanos = limits.pushWaitMillis() * 1_000_000;
    }

    /** The queue is full. */
    void full() {
        if (fullSince == NEVER) {
            fullSince = now();
        }
    }

    /** The queue loses events. */
    void loses() {
        if (losesSince == NEVER) {
            losesSince = now();
        }
    }

    /** Somebody would wait; false if this queue was full for so long already that nobody does. */
    boolean await(FanOut outbox) {
        if (now() - fullSince > waitNanos) {
            return false;
        }
        if (!waiting.contains(outbox)) {
            waiting.add(outbox);
            outbox.waits();
        }
        return true;
    }

    /** The queue has room again. */
    List<FanOut> relieved() {
        fullSince = NEVER;
        losesSince = NEVER;
        return everybody();
    }

    /** Those who have waited long enough. */
    List<FanOut> exhausted(long now) {
        return !waiting.isEmpty() && now - fullSince > waitNanos ? everybody() : List.of();
    }

    /** Whether it has been losing events for longer than that. */
    boolean losesFor(long nanos, long now) {
        return losesSince != NEVER && now - losesSince > nanos;
    }

    boolean isTried() {
        return fullSince != NEVER || losesSince != NEVER;
    }

    private List<FanOut> everybody() {
        if (waiting.isEmpty()) {
            return List.of();
        }
        List<FanOut> all = List.copyOf(waiting);
        waiting.clear();
        return all;
    }

    /** Never {@link #NEVER}. */
    static long now() {
        return System.nanoTime() | 1;
    }
}
