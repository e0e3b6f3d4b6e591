package io.datahub.websocket;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.event.Session;
import io.datahub.api.user.GrantedTopics;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** The topic prefixes of one message. */
record TopicPrefixes(List<String> prefixes) {

    /** Subscribes to all of them, or to none. */
    Optional<Refusal> add(Session session) {
        for (int i = 0; i < prefixes.size(); i++) {
            if (!session.subscribe(bytes(prefixes.get(i)))) {
                prefixes.subList(0, i).forEach(prefix -> session.unsubscribe(bytes(prefix)));
                return Optional.of(new Refusal(
                        Reason.TOO_MANY, "the connection has as many subscriptions as are allowed; unsubscribe some"));
            }
        }
        return Optional.empty();
    }

    /** The topics among them that the session is granted at present. */
    List<String> granted(Session session) {
        return GrantedTopics.of(session.login().user(), prefixes);
    }

    /** Removes the subscriptions that exist; refused if one is missing. */
    Optional<Refusal> remove(Session session) {
        Optional<Refusal> refusal = Optional.empty();
        for (String prefix : prefixes) {
            if (!session.unsubscribe(bytes(prefix))) {
                refusal = Optional.of(new Refusal(Reason.NOT_FOUND, "there is no subscription to \"" + prefix + "\""));
            }
        }
        return refusal;
    }

    boolean matches(String topic) {
        return prefixes.stream().anyMatch(topic::startsWith);
    }

    private static byte[] bytes(String prefix) {
        return prefix.getBytes(StandardCharsets.UTF_8);
    }
}
