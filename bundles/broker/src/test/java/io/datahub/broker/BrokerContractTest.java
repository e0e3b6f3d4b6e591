package io.datahub.broker;

import io.datahub.api.event.EventBroker;
import io.datahub.api.event.PublishedEventListener;
import io.datahub.api.event.SubscriptionListener;
import io.datahub.api.user.Authenticator;
import io.datahub.test.Configurations;
import io.datahub.test.contract.EventBrokerContract;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

class BrokerContractTest extends EventBrokerContract {

    private final FakeReferences references = new FakeReferences();
    private final Broker broker = new Broker(Configurations.of(
            BrokerConfiguration.class,
            Map.of(
                    "queueMessages",
                    QUEUE_EVENTS,
                    "highWaterBytes",
                    (long) HIGH_WATER_BYTES,
                    "maxMessageBytes",
                    MESSAGE_BYTES,
                    "maxSubscriptions",
                    SUBSCRIPTIONS,
                    "pushWaitMillis",
                    600_000L)));

    @Override
    protected EventBroker broker() {
        return broker;
    }

    @Override
    protected void usersChanged(Authenticator authenticator) {
        broker.usersChanged(authenticator);
    }

    @Override
    protected void listen(PublishedEventListener listener, String... topics) {
        broker.router()
                .listeners()
                .put(references.create("1.0.0", Map.of(PublishedEventListener.TOPICS, topics)), () -> listener);
    }

    @Override
    protected void listen(SubscriptionListener listener) {
        broker.addSubscriptionListener(listener);
    }

    @Override
    @AfterEach
    protected void stop() {
        broker.stop();
    }
}
