package io.datahub.api.event;

import io.datahub.api.user.Login;
import java.time.Instant;

/**
 * A session, as an administrator sees it. The counts are of whole events since it began.
 *
 * @param id its number, which no other session of this run of the hub has
 * @param login who it is and where
 * @param since when it began
 * @param subscriptions how many it has
 * @param in events that it published and that were accepted
 * @param out events that its transport took
 * @param lost events that it lost because it was too slow
 * @param refused events that it wanted to publish and that were refused
 * @param queuedBytes what waits for it
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
