package io.datahub.zeromq;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of the ZeroMQ endpoint, {@code config/io.datahub.zeromq.cfg}. */
@ObjectClassDefinition(name = "Datahub ZeroMQ", description = "One port for all types of ZeroMQ sockets")
public @interface ZeromqConfiguration {

    @AttributeDefinition(description = "The address to listen on; * is all addresses")
    String host() default "127.0.0.1";

    @AttributeDefinition(description = "The port to listen on; 0 picks a free one", min = "0", max = "65535")
    int port() default 5555;

    @AttributeDefinition(
            description = "The number of event loops, each a thread that reads and writes",
            min = "1",
            max = "64")
    int loops() default 1;

    @AttributeDefinition(
            description = "The maximum size of a message in bytes, without its topic",
            min = "1",
            max = "1073741824")
    int maxMessageBytes() default 16_777_216;

    @AttributeDefinition(description = "The maximum number of frames of a message", min = "2", max = "1048576")
    int maxFrames() default 1_024;

    @AttributeDefinition(
            description = "The maximum number of connections in total, limited to two fifths of the process's file "
                    + "descriptors",
            min = "1")
    int maxConnections() default 20_000;

    @AttributeDefinition(
            description = "The maximum number of connections per address; no limit for loopback and listed proxies",
            min = "1")
    int maxConnectionsPerAddress() default 1_000;

    @AttributeDefinition(
            description =
                    "Trusted proxies, which state the client's address by the PROXY protocol: addresses and networks"
                            + " such as 10.0.0.0/8")
    String[] proxies() default {};

    @AttributeDefinition(
            description = "The maximum number of pending handshakes; beyond it, the oldest is closed",
            min = "1")
    int maxHandshakes() default 1_000;

    @AttributeDefinition(
            description = "The maximum number of connections held open after a failed authentication; beyond it, the "
                    + "oldest is closed",
            min = "0")
    int maxDelayedRejections() default 5_000;

    @AttributeDefinition(description = "The timeout for the handshake, in milliseconds", min = "1", max = "86400000")
    long handshakeMillis() default 10_000;

    @AttributeDefinition(
            description = "The delay before a client that failed to authenticate is disconnected, in milliseconds",
            min = "0",
            max = "86400000")
    long rejectionDelayMillis() default 1_000;

    @AttributeDefinition(
            description = "The interval of PINGs to clients that support them, in milliseconds; 0 disables them",
            min = "0",
            max = "86400000")
    long pingMillis() default 30_000;

    @AttributeDefinition(
            description =
                    "The time without input after which such a client is disconnected, in milliseconds; 0 disables it",
            min = "0",
            max = "86400000")
    long idleMillis() default 120_000;

    @AttributeDefinition(description = "The size of a read buffer in bytes", min = "16384", max = "67108864")
    int readBufferBytes() default 262_144;

    @AttributeDefinition(description = "The maximum off-heap memory for read buffers, in bytes", min = "1")
    long maxReadBufferBytes() default 67_108_864;

    @AttributeDefinition(
            description = "The maximum memory for partially received large messages, in bytes; beyond it, the peer that"
                    + " holds the most is disconnected; 0 is an eighth of the heap",
            min = "0")
    long maxReceivingBytes() default 0;
}
