package io.datahub.hooks.publish;

import io.datahub.api.Refusal;
import io.datahub.api.event.EventBroker;
import io.datahub.api.event.NoOpSink;
import io.datahub.api.event.Published;
import io.datahub.api.event.Session;
import io.datahub.api.user.Login;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** Publishes events, and waits until each has been validated and, if its topic is kept, kept. */
public final class EventPublisher {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final EventBroker broker;

    /** @param broker publishes */
    public EventPublisher(EventBroker broker) {
        this.broker = broker;
    }

    /**
     * Publishes events, each a topic and a payload, until one is refused.
     *
     * @return the refusal; empty if all were accepted
     */
    public Optional<Refusal> publish(Login login, List<Map.Entry<String, byte[]>> events) {
        if (events.isEmpty()) {
            return Optional.empty();
        }
        try (Session session = broker.open(login, NoOpSink.INSTANCE)) {
            for (Map.Entry<String, byte[]> event : events) {
                CountDownLatch completed = new CountDownLatch(1);
                Published published = session.publish(completed::countDown, event.getKey(), event.getValue());
                if (published == Published.PENDING) {
                    completed.await();
                    published = session.completed();
                    session.flush();
                }
                Optional<Refusal> refusal = session.refusal(published);
                if (refusal.isPresent()) {
                    return refusal;
                }
            }
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(Refusal.unavailable("the hub is stopping; try again", RETRY_AFTER));
        }
    }
}
