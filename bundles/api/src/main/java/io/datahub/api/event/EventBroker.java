package io.datahub.api.event;

import io.datahub.api.user.Login;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** Hands each event to whoever subscribed to its topic and may see it. For any thread; nothing here blocks. */
@ProviderType
public interface EventBroker {

    /** Begins a session for a client that proved who it is. */
    Session open(Login login, EventSink sink);

    /**
     * Publishes an event of the hub itself. One with the topic {@code file.KIND/PATH} goes to those who may read the path;
     * one under {@code hub.} to monitors.
     */
    void announce(String topic, byte[] payload);

    /** The sessions that there are. */
    List<SessionInfo> sessions();

    /** Ends a session; false if there is none with this number. */
    boolean disconnect(long id);

    /** The counts since the broker began. */
    Counters counters();

    /**
     * Counts of whole events.
     *
     * @param in accepted from publishers
     * @param out taken by transports
     * @param lost by subscribers that were too slow
     * @param refused to publishers
     * @param queuedBytes what waits in all queues together
     */
    record Counters(long in, long out, long lost, long refused, long queuedBytes) {}
}
