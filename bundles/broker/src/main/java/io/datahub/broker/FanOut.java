package io.datahub.broker;

import io.datahub.api.event.EventRun;
import io.datahub.api.event.EventSink;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One publisher's way out: puts runs into the queues of their receivers, and with each flush wakes those up who slept,
 * each once. For one thread at a time, but for {@link #relieved}.
 */
final class FanOut {

    private final GlobalQueueLimit backlog;
    private final EventSink publisher;
    private final List<EventQueue> asleep = new ArrayList<>();
    private final List<EventQueue> full = new ArrayList<>();

    /** The number of queues that the publisher waits for, and one more while it asks them. */
    private final AtomicInteger awaited = new AtomicInteger();

    /** @param publisher is told when it need not wait any more */
    FanOut(GlobalQueueLimit backlog, EventSink publisher) {
        this.backlog = backlog;
        this.publisher = publisher;
    }

    /** Puts a run into these queues. The caller holds its buffer. */
    void put(EventRun run, EventQueue[] receivers) {
        for (EventQueue receiver : receivers) {
            int answer = receiver.offer(run, this);
            if (answer != 0) {
                if ((answer & EventQueue.WAKE) != 0) {
                    asleep.add(receiver);
                }
                if ((answer & EventQueue.FULL) != 0) {
                    full.add(receiver);
                }
            }
        }
        backlog.keepBound();
    }

    /** Wakes the receivers. */
    void wake() {
        for (EventQueue queue : asleep) {
            queue.sink().ready();
        }
        asleep.clear();
    }

    /** Wakes the receivers; false if one of them is full, and then {@link EventSink#resume} follows. */
    boolean flush() {
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

    /** The publisher waits for one more queue. */
    void waits() {
        awaited.incrementAndGet();
    }

    /** One of the queues that the publisher waits for has room again, or isn't worth waiting for. */
    void relieved() {
        if (awaited.decrementAndGet() == 0) {
            publisher.resume();
        }
    }
}
