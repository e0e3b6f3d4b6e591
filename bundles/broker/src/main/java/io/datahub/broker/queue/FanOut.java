package io.datahub.broker.queue;

import io.datahub.api.event.EventRun;
import java.util.ArrayList;
import java.util.List;

/**
 * Distributes one publisher's runs to the queues of their receivers, and notifies idle receivers once per flush. Not
 * thread-safe.
 */
public final class FanOut {

    private final GlobalQueueLimit queueLimit;
    private final PublisherPause pause;
    private final List<EventQueue> idle = new ArrayList<>();
    private final List<EventQueue> full = new ArrayList<>();

    /** @param pause of the publisher, which all its fan-outs share */
    public FanOut(GlobalQueueLimit queueLimit, PublisherPause pause) {
        this.queueLimit = queueLimit;
        this.pause = pause;
    }

    /** Adds a run to these queues. The caller holds its buffer. */
    public void put(EventRun run, EventQueue[] receivers) {
        for (EventQueue receiver : receivers) {
            int flags = receiver.offer(run, pause);
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

    /** Whether receivers were found full that the publisher doesn't yet wait for. */
    public boolean hasFull() {
        return !full.isEmpty();
    }

    /** Has the publisher wait for the receivers that are full. */
    public void awaitFull() {
        for (EventQueue queue : full) {
            queue.await(pause);
        }
        full.clear();
    }
}
