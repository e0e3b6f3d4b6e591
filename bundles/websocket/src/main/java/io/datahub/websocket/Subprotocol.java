package io.datahub.websocket;

import io.datahub.api.Refusal;
import java.util.List;
import java.util.Optional;

/** How the hub and a client talk. */
enum Subprotocol {
    /** JSON text frames. */
    JSON("datahub.v1"),
    /** Events as binary frames of a topic, one NUL, and the payload; everything else as in {@link #JSON}. */
    BINARY("datahub.v1.binary"),
    /** Text frames which are CloudEvents in JSON, both ways, and nothing else (CloudEvents WebSockets binding, 1.5). */
    CLOUDEVENTS("cloudevents.json");

    private final String subprotocol;

    Subprotocol(String subprotocol) {
        this.subprotocol = subprotocol;
    }

    /** The name of the subprotocol (RFC 6455, 1.9). */
    String subprotocol() {
        return subprotocol;
    }

    /** The first of those offered that the hub speaks. */
    static Optional<Subprotocol> of(List<String> offered) {
        for (String name : offered) {
            for (Subprotocol dialect : values()) {
                if (dialect.subprotocol.equals(name)) {
                    return Optional.of(dialect);
                }
            }
        }
        return Optional.empty();
    }

    /** What the hub says to a client that it let in, if anything. */
    Optional<String> welcome(String user) {
        return this == CLOUDEVENTS ? Optional.empty() : Optional.of(ServerMessage.welcome(user));
    }

    /** What the hub says when it has subscribed, if anything. */
    Optional<String> subscribed(Optional<String> id, List<String> granted) {
        return this == CLOUDEVENTS ? Optional.empty() : id.map(json -> ServerMessage.ok(json, granted));
    }

    /**
     * What the hub says when it has done what a message asked for, or refused it, if anything.
     *
     * @param id the JSON of the message's id, if it had one
     */
    Optional<String> answer(Optional<String> id, Optional<Refusal> refusal) {
        if (this == CLOUDEVENTS) {
            return refusal.map(why -> ServerMessage.refusedEvent(id, why));
        }
        return refusal.map(why -> ServerMessage.error(id, why)).or(() -> id.map(ServerMessage::ok));
    }
}
