package io.datahub.broker;

import io.datahub.api.event.NoOpSink;
import io.datahub.broker.queue.EventCounters;
import io.datahub.broker.queue.EventQueue;
import io.datahub.broker.queue.EventRuns;
import io.datahub.broker.queue.FanOut;
import io.datahub.broker.queue.GlobalQueueLimit;
import io.datahub.broker.topic.Topic;
import java.nio.charset.StandardCharsets;

/** Publishes the hub's own events. They bypass grants and validators, and never wait for a full queue. Thread-safe. */
final class HubPublisher {

    private final Router router;
    private final GlobalQueueLimit queueLimit;
    private final EventCounters counters;

    HubPublisher(Router router, GlobalQueueLimit queueLimit, EventCounters counters) {
        this.router = router;
        this.queueLimit = queueLimit;
        this.counters = counters;
    }

    /** Whether anyone would receive an event with this topic. */
    boolean hasSubscribers(Topic topic) {
        return router.receivers(topic).length > 0;
    }

    void publish(String name, byte[] payload) {
        Topic topic = new Topic(name.getBytes(StandardCharsets.UTF_8));
        EventQueue[] receivers = router.receivers(topic);
        counters.in(1);
        if (receivers.length > 0) {
            FanOut fanOut = new FanOut(queueLimit, NoOpSink.INSTANCE);
            fanOut.put(EventRuns.ofHub(topic.bytes(), payload), receivers);
            fanOut.wake();
        }
    }
}
