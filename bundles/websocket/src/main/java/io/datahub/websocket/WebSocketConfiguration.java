package io.datahub.websocket;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of {@code io.datahub.websocket}. */
@ObjectClassDefinition(name = "Datahub WebSocket", description = "Events over WebSocket, at /events.")
public @interface WebSocketConfiguration {

    @AttributeDefinition(
            description = "Origins of web pages that may connect besides the hub's own, such as https://ci.example.org;"
                    + " * is every origin")
    String[] origins() default {};

    @AttributeDefinition(description = "Maximum payload that a client may publish, in bytes", min = "1024")
    int maxMessageBytes() default 16 * 1024 * 1024;

    @AttributeDefinition(
            description = "Maximum size of the incomplete messages of all clients together, in bytes; beyond it, the"
                    + " client with the most is closed with 1013",
            min = "1048576")
    long maxIncomingBytes() default 64L * 1024 * 1024;

    @AttributeDefinition(description = "Maximum number of connected clients", min = "1")
    int maxConnections() default 20_000;

    @AttributeDefinition(
            description = "Time limit for the auth message of a client without credentials, in milliseconds",
            min = "100")
    long handshakeMillis() default 10_000;

    @AttributeDefinition(
            description = "Idle time before the hub sends a ping, in milliseconds; after the same time without an"
                    + " answer the connection is aborted",
            min = "100")
    long idleMillis() default 30_000;

    @AttributeDefinition(
            description = "Time limit for the close handshake, in milliseconds; then the connection is aborted",
            min = "100")
    long closeMillis() default 2_000;

    @AttributeDefinition(
            description = "Number of threads that encode and send events; 0 is one per processor, at most 8",
            min = "0")
    int threads() default 0;
}
