package io.datahub.broker;

import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** What waits in all queues together, which has a bound of its own: beyond it the fullest queue loses first. For any thread. */
final class GlobalQueueLimit {

    /** Frees a little more than it must, so that it isn't at the bound again with the next event. */
    private static final int SPARE = 64;

    /** By how much sooner publishers wait when much waits in all. */
    private static final int CROWDED = 16;

    private volatile long maxBytes;
    private final Supplier<Collection<EventQueue>> queues;
    private final AtomicLong bytes = new AtomicLong();
    private final ReentrantLock oneAtATime = new ReentrantLock();

    GlobalQueueLimit(long maxBytes, Supplier<Collection<EventQueue>> queues) {
        this.maxBytes = maxBytes;
        this.queues = queues;
    }

    void bound(long most) {
        maxBytes = most;
    }

    void add(long more) {
        bytes.addAndGet(more);
    }

    long bytes() {
        return bytes.get();
    }

    /**
     * From how many bytes on publishers wait for a queue, if they can: sooner when much waits in all queues together, for
     * beyond that bound events are lost.
     *
     * @param alone for a queue while little waits in the others
     */
    long highWater(long alone) {
        return bytes.get() > maxBytes / 2 ? alone / CROWDED : alone;
    }

    /** Brings the backlog back under its bound. Must be called with no queue's lock held. */
    void keepBound() {
        if (bytes.get() > maxBytes && oneAtATime.tryLock()) {
            try {
                shrink();
            } finally {
                oneAtATime.unlock();
            }
        }
    }

    private void shrink() {
        while (bytes.get() > maxBytes) {
            EventQueue fullest = null;
            long most = 0;
            for (EventQueue queue : queues.get()) {
                long waiting = queue.bytes();
                if (waiting > most) {
                    most = waiting;
                    fullest = queue;
                }
            }
            if (fullest == null) {
                return;
            }
            fullest.cut(bytes.get() - maxBytes + maxBytes / SPARE);
        }
    }
}
