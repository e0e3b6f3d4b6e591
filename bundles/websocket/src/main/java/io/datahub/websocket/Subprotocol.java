package io.datahub.websocket;

import io.datahub.api.Refusal;
import java.util.List;
import java.util.Optional;

/** The WebSocket subprotocols. */
enum Subprotocol {
    /** JSON text frames. */
    JSON("datahub.v1"),
    /** Events as binary frames of a topic, one NUL, and the payload; everything else as in {@link #JSON}. */
    BINARY("datahub.v1.binary"),
    /**
     * Text frames in both directions that contain CloudEvents in JSON and nothing else (CloudEvents WebSockets binding,
     * 1.5).
     */
    CLOUDEVENTS("cloudevents.json");

    private final String subprotocol;

    Subprotocol(String subprotocol) {
        this.subprotocol = subprotocol;
    }

    /** The name of the subprotocol (RFC 6455, 1.9). */
    String subprotocol() {
        return subprotocol;
    }

    /** The first offered subprotocol that the hub supports. */
    static Optional<Subprotocol> of(List<String> offered) {
        for (String name : offered) {
            for (Subprotocol candidate : values()) {
                if (candidate.subprotocol.equals(name)) {
                    return Optional.of(candidate);
                }
            }
        }
        return Optional.empty();
    }

    /** The message to an authenticated client, if any. */
    Optional<String> welcome(String user) {
        return this == CLOUDEVENTS ? Optional.empty() : Optional.of(ServerMessages.welcome(user));
    }

    /** The reply to a subscription, if any. */
    Optional<String> subscribed(Optional<String> id, List<String> granted) {
        return this == CLOUDEVENTS ? Optional.empty() : id.map(json -> ServerMessages.ok(json, granted));
    }

    /**
     * The reply to a message, if any: success or refusal.
     *
     * @param id the id of the message as JSON, if it had one
     */
    Optional<String> reply(Optional<String> id, Optional<Refusal> refusal) {
        if (this == CLOUDEVENTS) {
            return refusal.map(error -> ServerMessages.errorEvent(id, error));
        }
        return refusal.map(error -> ServerMessages.error(id, error)).or(() -> id.map(ServerMessages::ok));
    }
}
