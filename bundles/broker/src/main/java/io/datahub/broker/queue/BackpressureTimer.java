package io.datahub.broker.queue;

import java.util.ArrayList;
import java.util.List;

/**
 * Limits how long a full queue may slow others down: publishers wait for it only up to a timeout, and its session may
 * lose events only up to a timeout. Guarded by its queue.
 */
public final class BackpressureTimer {

    private static final long NEVER = 0;

    private final long waitNanos;
    private final List<PublisherPause> waiting = new ArrayList<>();
    private long fullSince = NEVER;
    private long losingSince = NEVER;

    public BackpressureTimer(QueueLimits limits) {
        waitNanos = limits.pushWaitMillis() * 1_000_000;
    }

    /** The queue is above its high-water mark. */
    public void markFull() {
        if (fullSince == NEVER) {
            fullSince = now();
        }
    }

    /** The queue is losing events. */
    public void markLosing() {
        if (losingSince == NEVER) {
            losingSince = now();
        }
    }

    /**
     * Registers a waiting publisher; false if this queue has been full for longer than the timeout, so that no one
     * waits for it.
     */
    public boolean await(PublisherPause publisher) {
        if (now() - fullSince > waitNanos) {
            return false;
        }
        if (!waiting.contains(publisher)) {
            waiting.add(publisher);
            publisher.paused();
        }
        return true;
    }

    /** The queue has capacity again. */
    public List<PublisherPause> release() {
        fullSince = NEVER;
        losingSince = NEVER;
        return drainWaiting();
    }

    /** The publishers whose wait has timed out. */
    public List<PublisherPause> timedOut(long now) {
        return !waiting.isEmpty() && now - fullSince > waitNanos ? drainWaiting() : List.of();
    }

    /** Whether it has been losing events for longer than that. */
    public boolean hasBeenLosingFor(long nanos, long now) {
        return losingSince != NEVER && now - losingSince > nanos;
    }

    public boolean isActive() {
        return fullSince != NEVER || losingSince != NEVER;
    }

    private List<PublisherPause> drainWaiting() {
        if (waiting.isEmpty()) {
            return List.of();
        }
        List<PublisherPause> all = List.copyOf(waiting);
        waiting.clear();
        return all;
    }

    /** Never {@link #NEVER}. */
    public static long now() {
        return System.nanoTime() | 1;
    }
}
