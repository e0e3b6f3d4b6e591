package io.datahub.api.event;

import io.datahub.api.user.Login;
import java.time.Instant;

/**
 * A session, as shown to administrators. The counts are of whole events since the session started.
 *
 * @param id unique among the sessions since the hub was started
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
        long id,
        Login login,
        Instant since,
        int subscriptions,
        long in,
        long out,
        long lost,
        long refused,
        long queuedBytes) {}
