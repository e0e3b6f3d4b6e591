package io.datahub.zeromq.zmtp;

import java.util.Arrays;
import java.util.Optional;

/** The supported socket types of clients, each with the type that the hub presents to it (RFC 28 to 31). */
public enum SocketType {
    PUB("XSUB"),
    XPUB("XSUB"),
    SUB("XPUB"),
    XSUB("XPUB"),
    PUSH("PULL"),
    REQ("ROUTER"),
    DEALER("ROUTER");

    private final String counterpart;

    SocketType(String counterpart) {
        this.counterpart = counterpart;
    }

    /** The hub's socket type for such a client. */
    String counterpart() {
        return counterpart;
    }

    /** The type with that name; empty if it isn't supported. */
    static Optional<SocketType> of(String name) {
        return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
    }
}
