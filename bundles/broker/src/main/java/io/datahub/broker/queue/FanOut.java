package io.datahub.broker.queue;

import io.datahub.api.event.EventRun;
import io.datahub.api.event.EventSink;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Distributes one publisher's runs to the queues of their receivers, and notifies idle receivers once per flush. Not
 * thread-safe, except for {@link #paused} and {@link #released}.
 */
public final class FanOut implements PausablePublisher {

    private final GlobalQueueLimit queueLimit;
    private final EventSink publisher;
    private final List<EventQueue> idle = new ArrayList<>();
    private final List<EventQueue> full = new ArrayList<>();

    /** The number of queues that the publisher waits for, plus one while it is registering with them. */
    private final AtomicInteger awaited = new AtomicInteger();

    /** @param publisher resumed when it need not wait any more */
    public FanOut(GlobalQueueLimit queueLimit, EventSink publisher) {
        this.queueLimit = queueLimit;
        this.publisher = publisher;
    }

    /** Adds a run to these queues. The caller holds its buffer. */
    public void put(EventRun run, EventQueue[] receivers) {
        for (EventQueue receiver : receivers) {
            int flags = receiver.offer(run, this);
            if (flags != 0) {
                if ((flags & EventQueue.WAKE) != 0) {
                    idle.add(receiver);
                }
                if ((flags & EventQueue.FULL) != 0) {
                    full.add(receiver);
                }
            }
        }
        queueLimit.enforce();
    }

    /** Notifies the receivers. */
    public void wake() {
        for (EventQueue queue : idle) {
            queue.sink().ready();
        }
        idle.clear();
    }

    /** Notifies the receivers, for a publisher that never waits for those that are full. */
    public void wakeWithoutWaiting() {
        wake();
        full.clear();
    }

    /** Notifies the receivers; false if one of them is full, in which case {@link EventSink#resume} will be called. */
    public boolean flush() {
        wake();
        return full.isEmpty() || !mustWait();
    }

    private boolean mustWait() {
        awaited.incrementAndGet();
        for (EventQueue queue : full) {
            queue.await(this);
        }
        full.clear();
        return awaited.decrementAndGet() > 0;
    }

    @Override
    public void paused() {
        awaited.incrementAndGet();
    }

    @Override
    public void released() {
        if (awaited.decrementAndGet() == 0) {
            publisher.resume();
        }
    }
}
