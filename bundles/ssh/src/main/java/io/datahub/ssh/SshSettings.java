package io.datahub.ssh;

import io.datahub.api.FileDescriptors;
import io.datahub.api.log.LogText;
import io.datahub.api.net.ConnectionLimiter;
import io.datahub.api.user.Networks;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;

/** The validated settings of the endpoint; see {@link SshConfiguration}. */
record SshSettings(
        String host,
        int port,
        int maxConnections,
        int maxConnectionsPerAddress,
        int maxHandshakes,
        Duration handshakeTimeout,
        Duration idleTimeout,
        int maxChannels,
        int maxCommands,
        Networks proxies)
        implements ConnectionLimiter.Limits {

    private static final long MAX_MILLIS = 86_400_000;

    /** Of what a transport may use, SSH uses a quarter, so that the three of them leave some for the hub. */
    private static final int SHARE_OF_A_TRANSPORT = 4;

    static SshSettings of(SshConfiguration configuration) {
        return of(configuration, FileDescriptors.max());
    }

    /**
     * Converts the configuration. The connections are limited to a tenth of the process's file descriptors, and those
     * that aren't logged in to half of that.
     *
     * @throws IllegalArgumentException if a value is out of range; the message names the key and the file
     */
    static SshSettings of(SshConfiguration configuration, long descriptors) {
        int share = (int) Math.max(
                1, Math.min(configuration.maxConnections(), FileDescriptors.share(descriptors) / SHARE_OF_A_TRANSPORT));
        requireRange("port", configuration.port(), 0, 65_535);
        requireRange("maxConnections", configuration.maxConnections(), 1, Integer.MAX_VALUE);
        requireRange("maxConnectionsPerAddress", configuration.maxConnectionsPerAddress(), 1, Integer.MAX_VALUE);
        requireRange("maxHandshakes", configuration.maxHandshakes(), 1, Integer.MAX_VALUE);
        requireRange("handshakeMillis", configuration.handshakeMillis(), 1_000, MAX_MILLIS);
        requireRange("idleMillis", configuration.idleMillis(), 0, MAX_MILLIS);
        requireRange("maxChannels", configuration.maxChannels(), 1, 1_024);
        requireRange("maxCommands", configuration.maxCommands(), 1, 1_024);
        return new SshSettings(
                configuration.host(),
                configuration.port(),
                share,
                configuration.maxConnectionsPerAddress(),
                Math.min(configuration.maxHandshakes(), Math.max(1, share / 2)),
                Duration.ofMillis(configuration.handshakeMillis()),
                Duration.ofMillis(configuration.idleMillis()),
                configuration.maxChannels(),
                configuration.maxCommands(),
                new Networks(configuration.proxies()));
    }

    private static void requireRange(String key, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(key + "=" + value + " in io.datahub.ssh.cfg is out of range (" + min
                    + " to " + max + "); correct or remove the line");
        }
    }

    /** Whether SSH is switched on. */
    boolean isEnabled() {
        return port != 0;
    }

    /**
     * The address to listen on.
     *
     * @throws IllegalStateException if the host name can't be resolved
     */
    InetSocketAddress address() {
        if (host.equals("*")) {
            return new InetSocketAddress(port);
        }
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(
                    "host=" + host + " can't be resolved; set host in io.datahub.ssh.cfg, or DATAHUB_HOST, to an"
                            + " address of this machine",
                    e);
        }
    }

    /** Whether the host name can be resolved. */
    boolean isResolvable() {
        try {
            return address() != null;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    @Override
    public boolean isShared(InetAddress address) {
        return address.isLoopbackAddress() || address.isAnyLocalAddress() || proxies.contains(address);
    }

    /** Whether these settings can be applied to an endpoint with the other settings without closing it. */
    boolean canReuseEndpointOf(SshSettings other) {
        return host.equals(other.host) && port == other.port && maxCommands == other.maxCommands;
    }

    /** The settings as they are logged: pairs {@code key=value} with the keys of {@link SshConfiguration}. */
    @Override
    public String toString() {
        return "host=" + LogText.quoted(host)
                + " port=" + port
                + " maxConnections=" + maxConnections
                + " maxConnectionsPerAddress=" + maxConnectionsPerAddress
                + " maxHandshakes=" + maxHandshakes
                + " handshakeMillis=" + handshakeTimeout.toMillis()
                + " idleMillis=" + idleTimeout.toMillis()
                + " maxChannels=" + maxChannels
                + " maxCommands=" + maxCommands
                + " proxies=" + LogText.quoted(proxies);
    }
}
