package io.datahub.websocket;

import java.util.List;
import java.util.Optional;

/** How events look on the wire. Everything but events is JSON in text frames in each of them. */
enum Dialect {
    /** JSON text frames. */
    JSON("datahub.v1"),
    /** Binary frames of a topic, one NUL, and the payload. */
    BINARY("datahub.v1.binary");

    private final String subprotocol;

    Dialect(String subprotocol) {
        this.subprotocol = subprotocol;
    }

    /** The name of the subprotocol (RFC 6455, 1.9). */
    String subprotocol() {
        return subprotocol;
    }

    /** The first of those offered that the hub speaks. */
    static Optional<Dialect> of(List<String> offered) {
        for (String name : offered) {
            for (Dialect dialect : values()) {
                if (dialect.subprotocol.equals(name)) {
                    return Optional.of(dialect);
                }
            }
        }
        return Optional.empty();
    }
}
