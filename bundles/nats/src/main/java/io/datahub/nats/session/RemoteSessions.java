package io.datahub.nats.session;

import io.datahub.api.event.ClusterSessions;
import io.datahub.api.event.SessionId;
import io.datahub.api.event.SessionInfo;
import io.datahub.nats.wire.Member;
import io.datahub.nats.wire.SessionList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The sessions of the other hubs, as they last said. Thread-safe. */
public final class RemoteSessions implements ClusterSessions {

    private final String hub;
    private final Consumer<SessionId> disconnects;
    private final Map<String, HubSessions> byHub = new ConcurrentHashMap<>();

    /** What is known of a hub: the last whole list, and the parts of the next one. */
    private record HubSessions(Member member, long round, List<SessionInfo> whole, List<SessionInfo> parts) {

        HubSessions with(SessionList part) {
            List<SessionInfo> next = new ArrayList<>(part.round() == round ? parts : List.of());
            next.addAll(part.sessions());
            return new HubSessions(member, part.round(), part.isLast() ? List.copyOf(next) : whole, next);
        }
    }

    /**
     * Creates it.
     *
     * @param hub the name of this hub
     * @param disconnects asks another hub to end a session
     */
    public RemoteSessions(String hub, Consumer<SessionId> disconnects) {
        this.hub = hub;
        this.disconnects = disconnects;
    }

    @Override
    public String hub() {
        return hub;
    }

    @Override
    public List<SessionInfo> sessions() {
        return byHub.values().stream().flatMap(known -> known.whole().stream()).toList();
    }

    @Override
    public boolean disconnect(SessionId id) {
        HubSessions known = byHub.get(id.hub());
        boolean exists = known != null
                && known.whole().stream().anyMatch(session -> session.id().equals(id));
        if (exists) {
            disconnects.accept(id);
        }
        return exists;
    }

    /** A part of a list has arrived. */
    public void received(SessionList part) {
        byHub.compute(part.member().name(), (name, known) -> {
            boolean isSame = known != null && known.member().equals(part.member());
            return (isSame ? known : new HubSessions(part.member(), part.round(), List.of(), List.of())).with(part);
        });
    }

    /** A hub has stopped, or hasn't been heard of for a while. */
    public void forget(String name) {
        byHub.remove(name);
    }
}
