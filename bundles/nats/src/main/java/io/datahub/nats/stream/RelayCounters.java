package io.datahub.nats.stream;

import java.util.concurrent.atomic.LongAdder;

/** Counts of whole events, since the relay started. Thread-safe. */
public final class RelayCounters {

    private final LongAdder sent = new LongAdder();
    private final LongAdder unsent = new LongAdder();
    private final LongAdder received = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final LongAdder malformed = new LongAdder();

    void sent(long events) {
        sent.add(events);
    }

    void unsent(long events) {
        unsent.add(events);
    }

    void received(long events) {
        received.add(events);
    }

    void lost(long events) {
        lost.add(events);
    }

    /** A message wasn't understood. */
    public void malformed() {
        malformed.increment();
    }

    /** Sent to other hubs; an event for two of them counts twice. */
    public long sent() {
        return sent.sum();
    }

    /** Not sent, since too many waited for a hub. */
    public long unsent() {
        return unsent.sum();
    }

    /** Received from other hubs. */
    public long received() {
        return received.sum();
    }

    /** Lost on their way from other hubs to this one. */
    public long lost() {
        return lost.sum();
    }

    /** Messages that weren't understood. */
    public long malformedMessages() {
        return malformed.sum();
    }
}
