package io.datahub.api.event;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Sees the events that are published at this hub, also those that nobody here has subscribed to: for a relay to other
 * hubs, or for what sends events out. Registered as a service, with the property {@link #TOPICS} if it needs only some
 * topics. It sees an event after grants and validators have accepted it and, where its topic is kept, after it was
 * appended to its log; never an event that came in by an {@link EventInjector}.
 *
 * <p>Called on the publisher's thread, on that of an {@link EventLog} or on that of whoever changed a record: several
 * at once, but the events of one publisher in their order and one call at a time, and so the events that have a
 * position in the history. It must not block; what it throws is logged and affects neither publisher nor subscribers.
 */
@ConsumerType
public interface PublishedEventListener {

    /**
     * Service property: the topic prefixes that it sees, as an array, a collection, or one comma-separated text; an
     * asterisk at the end of a prefix is ignored. Default: all topics that clients can publish. The hub's own topics
     * are seen only through prefixes that begin with {@code file.} or {@code hub.}: in a cluster each hub announces
     * file events from the shared journal, so a relay leaves them out.
     */
    String TOPICS = "topics";

    /**
     * Events were published.
     *
     * @param run events with topics that it sees; those with a cursor are kept in the history, and those of the hub
     *     itself have no user. A listener that keeps it beyond this call retains its buffer, or copies the bytes if the
     *     buffer is scarce
     */
    void published(EventRun run);

    /**
     * Events were published that each hub of the cluster delivers, since their log is shared: see
     * {@link EventLog#isShared}. A relay to other hubs leaves them out.
     *
     * @param run as in {@link #published}, which this calls
     */
    default void publishedEverywhere(EventRun run) {
        published(run);
    }
}
