package io.datahub.api.event;

import io.datahub.api.record.Cursor;
import io.datahub.api.user.Login;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Delivers each event to every subscriber of its topic that is allowed to receive it. Thread-safe; no method blocks.
 */
@ProviderType
public interface EventBroker {

    /**
     * Opens a session for an authenticated client.
     *
     * @param login the authenticated user
     * @param sink the transport's end; it may be called before this returns
     * @return the session, without subscriptions
     */
    Session open(Login login, EventSink sink);

    /**
     * Publishes an event of the hub itself. An event with the topic {@code file.KIND/PATH} goes to users who may read
     * the path; one under {@code hub.} goes to monitors.
     *
     * @param topic the topic
     * @param payload the payload; not copied, so it must not change any more
     */
    void announce(String topic, byte[] payload);

    /**
     * Publishes an event of the hub itself that is in the history, such as a change of a record. All events with a
     * position, whether published here, by {@link EventLog.Completion#appended} or by an {@link EventInjector}, are
     * delivered in the order of these calls, one at a time. Whoever assigns the positions therefore makes the calls
     * one after the other and in the order of the positions: a subscriber that follows the history takes an event that
     * comes after a later position for one that it has read there, and skips it.
     *
     * @param cursor the position of the event
     * @param topic the topic
     * @param payload the payload; not copied, so it must not change any more
     */
    void announce(Cursor cursor, String topic, byte[] payload);

    /**
     * Holds the delivery of events to the sessions of this hub back, and refuses what they publish; or lets both go on:
     * for a hub that can't be sure who may still receive and publish. Events of the hub itself and of other hubs wait in
     * the queues of the sessions meanwhile, within their limits.
     *
     * @param isPaused whether {@link Session#take} gives nothing, and {@link Session#publish} responds {@link
     *     Published#UNAVAILABLE}, from now on
     */
    void pause(boolean isPaused);

    /**
     * Opens a way in for events that were accepted elsewhere.
     *
     * @return an injector for one source of events; it needs no closing
     */
    EventInjector openInjector();

    /**
     * The topic prefixes that the sessions of this hub subscribe to, whether or not their users may receive such topics
     * now. Prefixes that begin with another one are left out; if there are too many, several are replaced by what they
     * have in common, so that the result may match more topics than the subscriptions, but never less. The time it
     * takes is linear in {@code max}. {@link SubscriptionListener} says when to read it again.
     *
     * @param max the maximum number of prefixes, at least 1
     * @return a snapshot, in no particular order; one empty prefix stands for all topics
     */
    List<byte[]> subscribedPrefixes(int max);

    /**
     * Calls back when the subscriptions made so far are in force: in a cluster, when the other hubs know of them, so that
     * what is published there from then on arrives. If one of them doesn't answer, that is after a few seconds.
     *
     * @param confirmed called once, on this thread or another one; it must not block
     */
    void confirmSubscriptions(Runnable confirmed);

    /**
     * The open sessions of this hub and, in a cluster, those that are known of the others.
     *
     * @return a snapshot: those of this hub first, each group by ascending ID
     */
    List<SessionInfo> sessions();

    /**
     * Ends a session, at whichever hub; false if there is none with this ID.
     *
     * @param id the ID as in {@link SessionInfo}; without a hub's name it is one of this hub
     * @return whether it was open
     */
    boolean disconnect(SessionId id);

    /**
     * The counters of this hub since the broker started.
     *
     * @return a snapshot
     */
    Counters counters();

    /**
     * Counts of whole events.
     *
     * @param in accepted from publishers, the hub itself and injectors
     * @param out taken by transports
     * @param lost by subscribers that were too slow
     * @param refused to publishers
     * @param queuedBytes bytes waiting in all queues together
     */
    record Counters(long in, long out, long lost, long refused, long queuedBytes) {}
}
