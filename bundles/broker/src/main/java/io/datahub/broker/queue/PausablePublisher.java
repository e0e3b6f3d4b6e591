package io.datahub.broker.queue;

/** A publisher that pauses while queues of its receivers are full. Thread-safe. */
interface PausablePublisher {

    /** Another queue is full; the publisher pauses until {@link #released} was called as often as this. */
    void paused();

    /** A full queue has capacity again, or the time limit for waiting for it has passed. */
    void released();
}
