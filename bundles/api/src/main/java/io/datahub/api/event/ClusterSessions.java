package io.datahub.api.event;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * The sessions of the other hubs of a cluster. Registered as a service by what connects the hubs; without it there is
 * only one hub, and sessions show no name. Thread-safe; {@link #hub} and {@link #sessions} answer from memory, without
 * waiting for another hub.
 */
@ConsumerType
public interface ClusterSessions {

    /**
     * The name of this hub, for its own sessions.
     *
     * @return the name, without a slash
     */
    String hub();

    /**
     * The sessions of the other hubs, as far as they are known.
     *
     * @return a snapshot; each ID has the name of its hub
     */
    List<SessionInfo> sessions();

    /**
     * Has another hub end a session.
     *
     * @param id the ID, of another hub
     * @return false if no such session is known; true doesn't say that it has ended yet
     */
    boolean disconnect(SessionId id);
}
