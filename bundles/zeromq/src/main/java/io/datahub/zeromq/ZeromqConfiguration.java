package io.datahub.zeromq;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of the ZeroMQ endpoint, {@code config/io.datahub.zeromq.cfg}. */
@ObjectClassDefinition(name = "Datahub ZeroMQ", description = "One port for every kind of ZeroMQ socket")
public @interface ZeromqConfiguration {

    @AttributeDefinition(description = "The address to listen on; * is every one")
    String host() default "127.0.0.1";

    @AttributeDefinition(description = "The port to listen on; 0 is any that is free", min = "0", max = "65535")
    int port() default 5555;

    @AttributeDefinition(description = "The number of threads that read and write", min = "1", max = "64")
    int loops() default 1;

    @AttributeDefinition(
            description = "The largest message, its topic not counted, in bytes",
            min = "1",
            max = "1073741824")
    int maxMessageBytes() default 16_777_216;

    @AttributeDefinition(description = "The number of frames that a message may have", min = "2", max = "1048576")
    int maxFrames() default 1_024;

    @AttributeDefinition(
            description = "The number of connections in all; at most two fifths of the process's descriptors",
            min = "1")
    int maxConnections() default 20_000;

    @AttributeDefinition(
            description = "The number of connections from one address, loopback and listed proxies excepted",
            min = "1")
    int maxConnectionsPerAddress() default 1_000;

    @AttributeDefinition(
            description =
                    "Proxies that may say, by the PROXY protocol, where a client comes from: addresses and networks"
                            + " such as 10.0.0.0/8")
    String[] proxies() default {};

    @AttributeDefinition(description = "The number of handshakes at once; the oldest gives way", min = "1")
    int maxHandshakes() default 1_000;

    @AttributeDefinition(
            description = "The number of clients that failed to log in and are held back at once; the oldest gives way",
            min = "0")
    int maxHeldBack() default 5_000;

    @AttributeDefinition(
            description = "How long a client may take to log in, in milliseconds",
            min = "1",
            max = "86400000")
    long handshakeMillis() default 10_000;

    @AttributeDefinition(
            description = "How late a client that failed to log in is disconnected, in milliseconds",
            min = "0",
            max = "86400000")
    long failCloseMillis() default 1_000;

    @AttributeDefinition(
            description = "How often a client that knows PING gets one, in milliseconds; 0 is never",
            min = "0",
            max = "86400000")
    long pingMillis() default 30_000;

    @AttributeDefinition(
            description = "After how long a silence such a client is disconnected, in milliseconds; 0 is never",
            min = "0",
            max = "86400000")
    long idleMillis() default 120_000;

    @AttributeDefinition(description = "The size of a read buffer in bytes", min = "16384", max = "67108864")
    int readBufferBytes() default 262_144;

    @AttributeDefinition(description = "The memory outside the heap that read buffers may take, in bytes", min = "1")
    long maxReadBufferBytes() default 67_108_864;

    @AttributeDefinition(
            description = "What large messages received in part may take together, in bytes; beyond, the largest"
                    + " sender is disconnected; 0 is an eighth of the memory of the process",
            min = "0")
    long maxReceivingBytes() default 0;
}
