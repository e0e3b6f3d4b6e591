package io.datahub.broker.queue;

import io.datahub.api.event.EventSink;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The pause of one publisher while queues of its receivers are full, whichever of its fan-outs has filled them.
 * Thread-safe, except for {@link #hold} and {@link #letGo}, which the publishing thread calls.
 */
public final class PublisherPause {

    private final EventSink publisher;

    /** The number of queues that the publisher waits for, plus one while it is registering with them. */
    private final AtomicInteger awaited = new AtomicInteger();

    /** @param publisher resumed when it need not wait any more */
    public PublisherPause(EventSink publisher) {
        this.publisher = publisher;
    }

    /** Whether the publisher waits; if so, {@link EventSink#resume} will be called. */
    public boolean isActive() {
        return awaited.get() > 0;
    }

    /**
     * Prevents that the publisher is resumed before it has registered with all full queues.
     *
     * @return whether it already waits
     */
    public boolean hold() {
        return awaited.getAndIncrement() > 0;
    }

    /**
     * Ends {@link #hold}.
     *
     * @param wasActive what that returned: only then a call of {@link EventSink#resume} may be due
     */
    public void letGo(boolean wasActive) {
        if (awaited.decrementAndGet() == 0 && wasActive) {
            publisher.resume();
        }
    }

    /** Another queue is full; the publisher pauses until {@link #released} was called as often as this. */
    void paused() {
        awaited.incrementAndGet();
    }

    /** A full queue has capacity again, or the time limit for waiting for it has passed. */
    void released() {
        if (awaited.decrementAndGet() == 0) {
            publisher.resume();
        }
    }
}
