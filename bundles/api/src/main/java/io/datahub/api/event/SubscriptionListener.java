package io.datahub.api.event;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Is notified when the topics change that sessions of this hub subscribe to: for a relay that has other hubs send only
 * what somebody here may receive. Registered as a service.
 */
@ConsumerType
public interface SubscriptionListener {

    /**
     * The result of {@link EventBroker#subscribedPrefixes} may have changed. Called when the listener is registered,
     * and after a change; not again until somebody has called that method. It runs on the thread that subscribes, so it
     * must not block, and should leave reading to a thread of its own, which can wait a little for further changes.
     */
    void subscriptionsChanged();

    /**
     * Wants to know when the subscriptions made so far are in force wherever events are published. It must not block;
     * one that throws hasn't taken the callback.
     *
     * @param confirmed called once, on any thread, as soon as that is so, or after a few seconds if somebody elsewhere
     *     doesn't answer; by default at once
     */
    default void confirm(Runnable confirmed) {
        confirmed.run();
    }
}
