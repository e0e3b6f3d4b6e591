package io.datahub.broker.queue;

import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** Limits the size of all queues together: beyond the limit the fullest queue loses events first. Thread-safe. */
public final class GlobalQueueLimit {

    /** Frees this fraction of the limit in addition, so that the next event doesn't exceed it again. */
    private static final int HEADROOM_DIVISOR = 64;

    /** The high-water mark is divided by this when the total is above half of the limit. */
    private static final int PRESSURE_DIVISOR = 16;

    private volatile long maxBytes;
    private final Supplier<? extends Collection<? extends LimitedQueue>> queues;
    private final AtomicLong bytes = new AtomicLong();
    private final ReentrantLock shrinking = new ReentrantLock();

    /** A queue whose size counts towards the limit. */
    public interface LimitedQueue {

        /** The size of its events. */
        long bytes();

        /** Drops the newest events, at least this many bytes of them. */
        void dropNewest(long least);
    }

    public GlobalQueueLimit(long maxBytes, Supplier<? extends Collection<? extends LimitedQueue>> queues) {
        this.maxBytes = maxBytes;
        this.queues = queues;
    }

    public long maxBytes() {
        return maxBytes;
    }

    public void setMaxBytes(long max) {
        maxBytes = max;
    }

    public void add(long more) {
        bytes.addAndGet(more);
    }

    public long bytes() {
        return bytes.get();
    }

    /**
     * The high-water mark of a queue in bytes: lower when the total is large, because events are lost beyond its limit.
     *
     * @param base the mark while the total is small
     */
    public long highWater(long base) {
        return bytes.get() > maxBytes / 2 ? base / PRESSURE_DIVISOR : base;
    }

    /** Reduces the total to the limit. Must be called without holding a queue's lock. */
    public void enforce() {
        if (bytes.get() > maxBytes && shrinking.tryLock()) {
            try {
                shrink();
            } finally {
                shrinking.unlock();
            }
        }
    }

    private void shrink() {
        while (bytes.get() > maxBytes) {
            LimitedQueue fullest = null;
            long max = 0;
            for (LimitedQueue queue : queues.get()) {
                long waiting = queue.bytes();
                if (waiting > max) {
                    max = waiting;
                    fullest = queue;
                }
            }
            if (fullest == null) {
                return;
            }
            fullest.dropNewest(bytes.get() - maxBytes + maxBytes / HEADROOM_DIVISOR);
        }
    }
}
