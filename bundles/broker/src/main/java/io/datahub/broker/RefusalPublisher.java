package io.datahub.broker;

import io.datahub.api.event.Published;
import io.datahub.api.json.JsonText;
import io.datahub.api.user.Login;
import io.datahub.broker.topic.Topic;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Publishes refusals to monitors that subscribed to {@code hub.refused}, as JSON. Without subscribers a refusal costs
 * only an index lookup. Thread-safe.
 */
final class RefusalPublisher {

    private static final String NAME = "hub.refused";
    private static final Topic TOPIC = new Topic(NAME.getBytes(StandardCharsets.UTF_8));
    private static final int SHOWN_BYTES = 4200;

    private final HubPublisher hub;

    RefusalPublisher(HubPublisher hub) {
        this.hub = hub;
    }

    /**
     * Publishes the refusal of an event if there are subscribers for it.
     *
     * @param bytes the buffer with the topic of the refused event
     */
    void publish(SessionState publisher, Published outcome, ByteBuffer bytes, int topicStart, int topicEnd) {
        if (hub.hasSubscribers(TOPIC)) {
            byte[] topic = new byte[topicEnd - topicStart];
            bytes.get(topicStart, topic);
            publish(publisher.login(), outcome, topic);
        }
    }

    private void publish(Login publisher, Published outcome, byte[] topic) {
        outcome.refusal().ifPresent(refusal -> {
            String text = new String(topic, 0, Math.min(topic.length, SHOWN_BYTES), StandardCharsets.UTF_8);
            String json = "{\"topic\":" + JsonText.quoted(text)
                    + ",\"user\":" + JsonText.quoted(publisher.user().name())
                    + ",\"transport\":" + JsonText.quoted(publisher.origin().transport())
                    + ",\"address\":"
                    + JsonText.quoted(publisher.origin().address().getHostAddress())
                    + ",\"status\":" + refusal.reason().status()
                    + ",\"detail\":" + JsonText.quoted(refusal.detail()) + "}";
            hub.publish(NAME, json.getBytes(StandardCharsets.UTF_8), Optional.empty());
        });
    }
}
