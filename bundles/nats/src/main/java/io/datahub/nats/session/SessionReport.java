package io.datahub.nats.session;

import io.datahub.api.event.SessionInfo;
import io.datahub.nats.wire.Member;
import io.datahub.nats.wire.SessionList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Tells the other hubs about the sessions of this one. Used by one thread. */
public final class SessionReport {

    private static final int PART = 200;

    private final Member self;
    private final Supplier<List<SessionInfo>> sessions;
    private final Consumer<byte[]> publisher;
    private long round;

    /**
     * Creates it.
     *
     * @param sessions all sessions; those of other hubs are left out
     * @param publisher sends a message to all hubs
     */
    public SessionReport(Member self, Supplier<List<SessionInfo>> sessions, Consumer<byte[]> publisher) {
        this.self = self;
        this.sessions = sessions;
        this.publisher = publisher;
    }

    /** Sends the whole list, in parts. */
    public void send() {
        List<SessionInfo> own = new ArrayList<>();
        for (SessionInfo session : sessions.get()) {
            if (session.id().hub().isEmpty() || session.id().hub().equals(self.name())) {
                own.add(session);
            }
        }
        round++;
        int from = 0;
        do {
            int to = Math.min(from + PART, own.size());
            publisher.accept(new SessionList(self, round, to == own.size(), own.subList(from, to)).encoded());
            from = to;
        } while (from < own.size());
    }
}
