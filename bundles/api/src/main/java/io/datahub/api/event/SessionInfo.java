package io.datahub.api.event;

import io.datahub.api.user.Login;
import java.time.Instant;

/**
 * A session, as shown to administrators. The counts are of whole events since the session started.
 *
 * @param id identifies it, and the hub that it is connected to
 * @param login the user and where it connected from
 * @param since when the session started
 * @param subscriptions the number of subscriptions
 * @param in events it published that were accepted
 * @param out events its transport took
 * @param lost events it lost because it was too slow
 * @param refused events it tried to publish that were refused
 * @param queuedBytes bytes waiting in its queue
 */
public record SessionInfo(
        SessionId id,
        Login login,
        Instant since,
        int subscriptions,
        long in,
        long out,
        long lost,
        long refused,
        long queuedBytes) {

    /**
     * The same session, as one of a named hub.
     *
     * @param hub the name of the hub that it is connected to
     * @return the session with that name in its ID
     */
    public SessionInfo at(String hub) {
        return new SessionInfo(
                new SessionId(hub, id.number()), login, since, subscriptions, in, out, lost, refused, queuedBytes);
    }
}
