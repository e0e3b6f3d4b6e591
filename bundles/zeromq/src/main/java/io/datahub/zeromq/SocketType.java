package io.datahub.zeromq;

import java.util.Arrays;
import java.util.Optional;

/** The types of sockets that clients may have, each with the type that the hub answers with (RFC 28 to 31). */
enum SocketType {
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

    /** What the hub is towards such a socket. */
    String counterpart() {
        return counterpart;
    }

    /** The type of that name, where it is served. */
    static Optional<SocketType> of(String name) {
        return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
    }
}
