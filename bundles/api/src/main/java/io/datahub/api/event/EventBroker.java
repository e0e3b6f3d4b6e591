package io.datahub.api.event;

import io.datahub.api.user.Login;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Delivers each event to every subscriber of its topic that is allowed to receive it. Thread-safe; no method blocks.
 */
@ProviderType
public interface EventBroker {

    /** Opens a session for an authenticated client. */
    Session open(Login login, EventSink sink);

    /**
     * Publishes an event of the hub itself. An event with the topic {@code file.KIND/PATH} goes to users who may read
     * the path; one under {@code hub.} goes to monitors.
     */
    void announce(String topic, byte[] payload);

    /** The open sessions. */
    List<SessionInfo> sessions();

    /** Ends a session; false if there is none with this ID. */
    boolean disconnect(long id);

    /** The counters since the broker started. */
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
