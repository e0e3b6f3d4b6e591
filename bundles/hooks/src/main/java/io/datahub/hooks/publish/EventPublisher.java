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
     * What became of events.
     *
     * @param published how many were accepted: the first ones
     * @param refusal why the next one wasn't; empty if all were
     */
    public record Publication(int published, Optional<Refusal> refusal) {}

    /**
     * Publishes events, each a topic and a payload, until one is refused.
     *
     * @return what became of them
     */
    public Publication publish(Login login, List<Map.Entry<String, byte[]>> events) {
        int count = 0;
        if (events.isEmpty()) {
            return new Publication(count, Optional.empty());
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
                    return new Publication(count, refusal);
                }
                count++;
            }
            return new Publication(count, Optional.empty());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Publication(
                    count, Optional.of(Refusal.unavailable("the hub is stopping; try again", RETRY_AFTER)));
        }
    }
}
