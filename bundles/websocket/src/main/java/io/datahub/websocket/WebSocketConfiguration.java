package io.datahub.websocket;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of {@code io.datahub.websocket}. */
@ObjectClassDefinition(name = "Datahub WebSocket", description = "Events over WebSocket, at /events.")
public @interface WebSocketConfiguration {

    @AttributeDefinition(
            description = "Origins of web pages that may connect besides the hub's own, such as https://ci.example.org;"
                    + " * stands for every origin")
    String[] origins() default {};

    @AttributeDefinition(description = "The largest payload that a client may publish, in bytes", min = "1024")
    int maxMessageBytes() default 16 * 1024 * 1024;

    @AttributeDefinition(
            description = "Bytes of messages that may have come in part at once, all clients together; over it the"
                    + " client with the most is closed with 1013",
            min = "1048576")
    long maxIncomingBytes() default 64L * 1024 * 1024;

    @AttributeDefinition(description = "How many clients may be connected at once", min = "1")
    int maxConnections() default 20_000;

    @AttributeDefinition(
            description = "How long a client without credentials may take to send its auth message, in milliseconds",
            min = "100")
    long handshakeMillis() default 10_000;

    @AttributeDefinition(
            description = "How long a connection may be silent before the hub sends a ping, in milliseconds; one that"
                    + " stays silent as long again is cut",
            min = "100")
    long idleMillis() default 30_000;

    @AttributeDefinition(
            description = "How long a closing connection may take before it is cut, in milliseconds",
            min = "100")
    long closeMillis() default 2_000;

    @AttributeDefinition(
            description = "Threads that encode and send events; 0 is one per processor, 8 at most",
            min = "0")
    int threads() default 0;
}
