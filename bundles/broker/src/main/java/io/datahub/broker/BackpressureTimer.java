package io.datahub.broker;

import java.util.ArrayList;
import java.util.List;

/**
 * Limits how long a full queue may slow others down: publishers wait for it only up to a timeout, and its session may
 * lose events only up to a timeout. Guarded by its queue.
 */
final class BackpressureTimer {

    private static final long NEVER = 0;

    private final long waitNanos;
    private final List<FanOut> waiting = new ArrayList<>();
    private long fullSince = NEVER;
    private long losingSince = NEVER;

    BackpressureTimer(BrokerLimits limits) {
        waitNanos = limits.pushWaitMillis() * 1_000_000;
    }

    /** The queue is above its high-water mark. */
    void markFull() {
        if (fullSince == NEVER) {
            fullSince = now();
        }
    }

    /** The queue is losing events. */
    void markLosing() {
        if (losingSince == NEVER) {
            losingSince = now();
        }
    }

    /**
     * Registers a waiting publisher; false if this queue has been full for longer than the timeout, so that nobody
     * waits for it.
     */
    boolean await(FanOut fanOut) {
        if (now() - fullSince > waitNanos) {
            return false;
        }
        if (!waiting.contains(fanOut)) {
            waiting.add(fanOut);
            fanOut.addAwaited();
        }
        return true;
    }

    /** The queue has capacity again. */
    List<FanOut> release() {
        fullSince = NEVER;
        losingSince = NEVER;
        return drainWaiting();
    }

    /** The publishers whose wait has timed out. */
    List<FanOut> timedOut(long now) {
        return !waiting.isEmpty() && now - fullSince > waitNanos ? drainWaiting() : List.of();
    }

    /** Whether it has been losing events for longer than that. */
    boolean hasBeenLosingFor(long nanos, long now) {
        return losingSince != NEVER && now - losingSince > nanos;
    }

    boolean isActive() {
        return fullSince != NEVER || losingSince != NEVER;
    }

    private List<FanOut> drainWaiting() {
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
