package io.datahub.broker;

import io.datahub.api.event.EventRun;
import io.datahub.api.event.NoOpSink;
import io.datahub.api.record.Cursor;
import io.datahub.broker.queue.EventCounters;
import io.datahub.broker.queue.EventRuns;
import io.datahub.broker.queue.FanOut;
import io.datahub.broker.queue.GlobalQueueLimit;
import io.datahub.broker.queue.PublisherPause;
import io.datahub.broker.topic.Topic;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Publishes the hub's own events. They bypass grants and validators, and never wait for a full queue. Thread-safe. */
final class HubPublisher {

    private final Router router;
    private final GlobalQueueLimit queueLimit;
    private final PositionedDelivery positioned;
    private final EventCounters counters;
    private final PublisherPause never = new PublisherPause(NoOpSink.INSTANCE);

    HubPublisher(Router router, GlobalQueueLimit queueLimit, PositionedDelivery positioned, EventCounters counters) {
        this.router = router;
        this.queueLimit = queueLimit;
        this.positioned = positioned;
        this.counters = counters;
    }

    /** Whether anyone would receive an event with this topic. */
    boolean hasSubscribers(Topic topic) {
        return !router.receivers(topic).isEmpty();
    }

    /** @param cursor the position of the event in the history, if it is there */
    void publish(String name, byte[] payload, Optional<Cursor> cursor) {
        Topic topic = new Topic(name.getBytes(StandardCharsets.UTF_8));
        Receivers receivers = router.receivers(topic);
        counters.in(1);
        if (!receivers.isEmpty()) {
            EventRun event = EventRuns.ofHub(topic.bytes(), payload);
            EventRun run = cursor.map(event::at).orElse(event);
            FanOut fanOut = new FanOut(queueLimit, never);
            positioned.deliver(run, receivers, fanOut);
            fanOut.wake();
        }
    }
}
