package io.datahub.zeromq;

import io.datahub.api.FileDescriptors;
import io.datahub.api.log.LogText;
import io.datahub.api.net.ConnectionLimiter;
import io.datahub.api.user.Networks;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;

/** The validated settings of the endpoint. Times are in nanoseconds; see {@link ZeromqConfiguration}. */
record ZeromqSettings(
        String host,
        int port,
        int loops,
        int maxMessageBytes,
        int maxFrames,
        int maxConnections,
        int maxConnectionsPerAddress,
        Networks proxies,
        int maxHandshakes,
        int maxDelayedRejections,
        long handshakeNanos,
        long rejectionDelayNanos,
        long pingNanos,
        long idleNanos,
        int readBufferBytes,
        long maxReadBufferBytes,
        long maxReceivingBytes)
        implements ConnectionLimiter.Limits {

    private static final long MAX_MILLIS = 86_400_000;

    static ZeromqSettings of(ZeromqConfiguration configuration) {
        return of(configuration, FileDescriptors.max());
    }

    /**
     * Converts the configuration. The connections are limited to a transport's share of the process's file descriptors,
     * and those that aren't authenticated to half of that.
     *
     * @throws IllegalArgumentException if a value is out of range; the message names the key and the file
     */
    static ZeromqSettings of(ZeromqConfiguration configuration, long descriptors) {
        int share = (int) Math.min(Integer.MAX_VALUE, FileDescriptors.share(descriptors));
        int quarter = Math.max(1, share / 4);
        requireRange("port", configuration.port(), 0, 65_535);
        requireRange("loops", configuration.loops(), 1, 64);
        requireRange("maxMessageBytes", configuration.maxMessageBytes(), 1, 1 << 30);
        requireRange("maxFrames", configuration.maxFrames(), 2, 1 << 20);
        requireRange("maxConnections", configuration.maxConnections(), 1, Integer.MAX_VALUE);
        requireRange("maxConnectionsPerAddress", configuration.maxConnectionsPerAddress(), 1, Integer.MAX_VALUE);
        requireRange("maxHandshakes", configuration.maxHandshakes(), 1, Integer.MAX_VALUE);
        requireRange("maxDelayedRejections", configuration.maxDelayedRejections(), 0, Integer.MAX_VALUE);
        requireRange("handshakeMillis", configuration.handshakeMillis(), 1, MAX_MILLIS);
        requireRange("rejectionDelayMillis", configuration.rejectionDelayMillis(), 0, MAX_MILLIS);
        requireRange("pingMillis", configuration.pingMillis(), 0, MAX_MILLIS);
        requireRange("idleMillis", configuration.idleMillis(), 0, MAX_MILLIS);
        requireRange("readBufferBytes", configuration.readBufferBytes(), 16_384, 1 << 26);
        return new ZeromqSettings(
                configuration.host(),
                configuration.port(),
                configuration.loops(),
                configuration.maxMessageBytes(),
                configuration.maxFrames(),
                Math.min(configuration.maxConnections(), share),
                configuration.maxConnectionsPerAddress(),
                new Networks(configuration.proxies()),
                Math.min(configuration.maxHandshakes(), quarter),
                Math.min(configuration.maxDelayedRejections(), quarter),
                TimeUnit.MILLISECONDS.toNanos(configuration.handshakeMillis()),
                TimeUnit.MILLISECONDS.toNanos(configuration.rejectionDelayMillis()),
                TimeUnit.MILLISECONDS.toNanos(configuration.pingMillis()),
                TimeUnit.MILLISECONDS.toNanos(configuration.idleMillis()),
                configuration.readBufferBytes(),
                configuration.maxReadBufferBytes(),
                receivingLimit(configuration));
    }

    private static long receivingLimit(ZeromqConfiguration configuration) {
        long limit = configuration.maxReceivingBytes() > 0
                ? configuration.maxReceivingBytes()
                : Runtime.getRuntime().maxMemory() / 8;
        return Math.max(limit, 2L * configuration.maxMessageBytes());
    }

    private static void requireRange(String key, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(key + "=" + value + " in io.datahub.zeromq.cfg is out of range (" + min
                    + " to " + max + "); correct or remove the line");
        }
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
                    "host=" + host
                            + " can't be resolved; set host in io.datahub.zeromq.cfg, or DATAHUB_HOST, to an address"
                            + " of this machine",
                    e);
        }
    }

    /** Whether many clients may share that address, so that limits per address don't apply to it. */
    @Override
    public boolean isShared(InetAddress address) {
        return address.isLoopbackAddress() || address.isAnyLocalAddress() || proxies.contains(address);
    }

    /** Whether these settings can be applied to an endpoint with the other settings without reopening its socket. */
    boolean canReuseSocketOf(ZeromqSettings other) {
        return host.equals(other.host)
                && port == other.port
                && loops == other.loops
                && readBufferBytes == other.readBufferBytes
                && maxReadBufferBytes == other.maxReadBufferBytes;
    }

    /** The settings as they are logged: pairs {@code key=value} with the keys of {@link ZeromqConfiguration}. */
    @Override
    public String toString() {
        return "host=" + LogText.quoted(host)
                + " port=" + port
                + " loops=" + loops
                + " maxMessageBytes=" + maxMessageBytes
                + " maxFrames=" + maxFrames
                + " maxConnections=" + maxConnections
                + " maxConnectionsPerAddress=" + maxConnectionsPerAddress
                + " proxies=" + LogText.quoted(proxies)
                + " maxHandshakes=" + maxHandshakes
                + " maxDelayedRejections=" + maxDelayedRejections
                + " handshakeMillis=" + TimeUnit.NANOSECONDS.toMillis(handshakeNanos)
                + " rejectionDelayMillis=" + TimeUnit.NANOSECONDS.toMillis(rejectionDelayNanos)
                + " pingMillis=" + TimeUnit.NANOSECONDS.toMillis(pingNanos)
                + " idleMillis=" + TimeUnit.NANOSECONDS.toMillis(idleNanos)
                + " readBufferBytes=" + readBufferBytes
                + " maxReadBufferBytes=" + maxReadBufferBytes
                + " maxReceivingBytes=" + maxReceivingBytes;
    }
}
