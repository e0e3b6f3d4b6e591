package io.datahub.api.event;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A way into the broker for events that were accepted elsewhere: at another hub, or by an {@link EventLog} that reads
 * them back. They keep their publisher, time and position in the history, and are delivered to those subscribers here
 * whose own grants allow it. They are neither checked against the publisher's grants nor validated nor kept again, and
 * no {@link PublishedEventListener} sees them. What acts for a user whose grants count opens a {@link Session} instead.
 *
 * <p>Not thread-safe; one injector for each source keeps the order of its events. It never blocks: what a subscriber
 * has no room for is lost to that subscriber, and counted.
 */
@ProviderType
public interface EventInjector {

    /**
     * Delivers events to the subscribers of this hub.
     *
     * @param run the events, of any topics; the caller holds its buffer during the call
     */
    void inject(EventRun run);

    /**
     * Reports that events were lost on their way to this hub. Nobody knows which, so each session with subscriptions
     * counts them as lost, and is told by {@code hub.lost} if it subscribed to that; feeds that follow the history read
     * there what they have missed.
     *
     * @param events how many, at least 1
     */
    void reportLost(long events);
}
