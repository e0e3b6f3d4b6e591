package io.datahub.ssh;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of the SSH endpoint, {@code config/io.datahub.ssh.cfg}. */
@ObjectClassDefinition(name = "Datahub SSH", description = "One port for SFTP, SCP and rsync")
public @interface SshConfiguration {

    @AttributeDefinition(description = "The address to listen on; * is all addresses")
    String host() default "127.0.0.1";

    @AttributeDefinition(description = "The port to listen on; 0 disables SSH", min = "0", max = "65535")
    int port() default 8422;

    @AttributeDefinition(
            description = "The maximum number of connections in total, limited to a tenth of the process's file "
                    + "descriptors",
            min = "1")
    int maxConnections() default 1_000;

    @AttributeDefinition(
            description = "The maximum number of connections per address; no limit for loopback and listed proxies",
            min = "1")
    int maxConnectionsPerAddress() default 100;

    @AttributeDefinition(
            description =
                    "The maximum number of connections that aren't logged in; beyond it, the oldest of the address "
                            + "with the most of them is closed",
            min = "1")
    int maxHandshakes() default 100;

    @AttributeDefinition(description = "The timeout for the login, in milliseconds", min = "1000", max = "86400000")
    long handshakeMillis() default 60_000;

    @AttributeDefinition(
            description =
                    "The time without traffic after which a client is disconnected, in milliseconds; 0 disables it",
            min = "0",
            max = "86400000")
    long idleMillis() default 3_600_000;

    @AttributeDefinition(description = "The maximum number of open channels per connection", min = "1", max = "1024")
    int maxChannels() default 32;

    @AttributeDefinition(
            description = "The maximum number of scp, rsync and checksum commands that run at once; one user has a "
                    + "quarter at most",
            min = "1",
            max = "1024")
    int maxCommands() default 100;

    @AttributeDefinition(
            description =
                    "Trusted proxies, which state the client's address by the PROXY protocol: addresses and networks"
                            + " such as 10.0.0.0/8")
    String[] proxies() default {};
}
