package io.datahub.api.event;

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
     * The open sessions.
     *
     * @return a snapshot, by ascending ID
     */
    List<SessionInfo> sessions();

    /**
     * Ends a session; false if there is none with this ID.
     *
     * @param id the ID as in {@link SessionInfo}
     * @return whether it was open
     */
    boolean disconnect(long id);

    /**
     * The counters since the broker started.
     *
     * @return a snapshot
     */
    Counters counters();

    /**
     * Counts of whole events.
     *
     * @param in accepted from publishers
     * @param out taken by transports
     * @param lost by subscribers that were too slow
     * @param refused to publishers
     * @param queuedBytes bytes waiting in all queues together
     */
    record Counters(long in, long out, long lost, long refused, long queuedBytes) {}
}
