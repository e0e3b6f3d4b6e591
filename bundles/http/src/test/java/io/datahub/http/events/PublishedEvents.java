package io.datahub.http.events;

import static io.datahub.api.user.Action.PUBLISH;
import static io.datahub.api.user.Action.READ;
import static io.datahub.api.user.Action.SUBSCRIBE;

import io.datahub.api.event.EventReader;
import io.datahub.api.user.Grant;
import io.datahub.api.user.User;
import io.datahub.test.memory.MemoryBroker;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** A broker in memory, and what is published there. */
final class PublishedEvents {

    static final int MAX_SUBSCRIPTIONS = 3;

    final MemoryBroker broker = new MemoryBroker(new MemoryBroker.Limits(10_000, 1 << 20, 1 << 20, MAX_SUBSCRIPTIONS));

    /** Each as {@code TOPIC=PAYLOAD}. */
    final List<String> all = new CopyOnWriteArrayList<>();

    PublishedEvents() {
        broker.addListener(
                run -> {
                    for (EventReader event = new EventReader(run); event.next(); ) {
                        all.add(event.topic() + "=" + StandardCharsets.UTF_8.decode(event.payload()));
                    }
                },
                "");
    }

    /** A user who may do everything but publish other topics than these. */
    static User publisherOf(String... prefixes) {
        List<Grant> grants = new ArrayList<>();
        for (String prefix : prefixes) {
            grants.add(new Grant(PUBLISH, prefix, "user ops"));
        }
        grants.add(new Grant(SUBSCRIBE, "", "user ops"));
        grants.add(new Grant(READ, "", "user ops"));
        return new User("ops", Set.of(), grants);
    }

    boolean hasNoSessions() {
        return broker.sessions().isEmpty();
    }
}
