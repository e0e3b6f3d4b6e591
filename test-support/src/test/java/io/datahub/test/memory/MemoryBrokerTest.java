package io.datahub.test.memory;

import io.datahub.api.event.EventBroker;
import io.datahub.api.event.PublishedEventListener;
import io.datahub.api.event.SubscriptionListener;
import io.datahub.api.user.Authenticator;
import io.datahub.test.contract.EventBrokerContract;

class MemoryBrokerTest extends EventBrokerContract {

    private final MemoryBroker broker =
            new MemoryBroker(new MemoryBroker.Limits(QUEUE_EVENTS, HIGH_WATER_BYTES, MESSAGE_BYTES, SUBSCRIPTIONS));

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
        broker.addListener(listener, topics);
    }

    @Override
    protected void listen(SubscriptionListener listener) {
        broker.addSubscriptionListener(listener);
    }

    @Override
    protected void stop() {
        broker.stop();
    }
}
