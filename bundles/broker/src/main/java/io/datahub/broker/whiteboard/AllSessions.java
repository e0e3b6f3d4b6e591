package io.datahub.broker.whiteboard;

import io.datahub.api.event.ClusterSessions;
import io.datahub.api.event.SessionId;
import io.datahub.api.event.SessionInfo;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** The sessions of this hub and, if a cluster contributes them, of the others. Thread-safe. */
public final class AllSessions {

    private volatile ClusterSessions cluster;

    public void join(ClusterSessions joined) {
        cluster = joined;
    }

    /** Leaves a cluster, unless another one was joined meanwhile. */
    public void leave(ClusterSessions left) {
        if (Objects.equals(cluster, left)) {
            cluster = null;
        }
    }

    /** All sessions: those of this hub first, with its name if it is in a cluster. */
    public List<SessionInfo> list(Stream<SessionInfo> local) {
        ClusterSessions current = cluster;
        Stream<SessionInfo> own = local.sorted(Comparator.comparing(SessionInfo::id));
        if (current == null) {
            return own.toList();
        }
        String hub = current.hub();
        return Stream.concat(
                        own.map(info -> info.at(hub)),
                        current.sessions().stream().sorted(Comparator.comparing(SessionInfo::id)))
                .toList();
    }

    /** Whether a session is one of this hub. */
    public boolean isLocal(SessionId id) {
        ClusterSessions current = cluster;
        return id.hub().isEmpty() || (current != null && id.hub().equals(current.hub()));
    }

    /** Has another hub end a session; false if it isn't known. */
    public boolean disconnect(SessionId id) {
        ClusterSessions current = cluster;
        return current != null && current.disconnect(id);
    }
}
