package io.datahub.zeromq;

import io.datahub.api.Descriptors;
import io.datahub.api.user.Networks;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;

/** The settings of the endpoint, checked and completed. Times are in nanoseconds; see {@link ZeromqConfiguration}. */
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
        int maxHeldBack,
        long handshakeNanos,
        long failCloseNanos,
        long pingNanos,
        long idleNanos,
        int readBufferBytes,
        long maxReadBufferBytes,
        long maxReceivingBytes) {

    private static final long MAX_MILLIS = 86_400_000;

    static ZeromqSettings of(ZeromqConfiguration configuration) {
        return of(configuration, Descriptors.most());
    }

    /**
     * As configured, but for what connections may take of the process's descriptors: no more than a transport's share, and
     * those that aren't logged in no more than half of it.
     *
     * @throws IllegalArgumentException if a value is out of its range; says which and where it stands
     */
    static ZeromqSettings of(ZeromqConfiguration configuration, long descriptors) {
        int share = (int) Math.min(Integer.MAX_VALUE, Descriptors.share(descriptors));
        int quarter = Math.max(1, share / 4);
        requireRange("port", configuration.port(), 0, 65_535);
        requireRange("loops", configuration.loops(), 1, 64);
        requireRange("maxMessageBytes", configuration.maxMessageBytes(), 1, 1 << 30);
        requireRange("maxFrames", configuration.maxFrames(), 2, 1 << 20);
        requireRange("maxConnections", configuration.maxConnections(), 1, Integer.MAX_VALUE);
        requireRange("maxConnectionsPerAddress", configuration.maxConnectionsPerAddress(), 1, Integer.MAX_VALUE);
        requireRange("maxHandshakes", configuration.maxHandshakes(), 1, Integer.MAX_VALUE);
        requireRange("maxHeldBack", configuration.maxHeldBack(), 0, Integer.MAX_VALUE);
        requireRange("handshakeMillis", configuration.handshakeMillis(), 1, MAX_MILLIS);
        requireRange("failCloseMillis", configuration.failCloseMillis(), 0, MAX_MILLIS);
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
                Math.min(configuration.maxHeldBack(), quarter),
                TimeUnit.MILLISECONDS.toNanos(configuration.handshakeMillis()),
                TimeUnit.MILLISECONDS.toNanos(configuration.failCloseMillis()),
                TimeUnit.MILLISECONDS.toNanos(configuration.pingMillis()),
                TimeUnit.MILLISECONDS.toNanos(configuration.idleMillis()),
                configuration.readBufferBytes(),
                configuration.maxReadBufferBytes(),
                receiving(configuration));
    }

    private static long receiving(ZeromqConfiguration configuration) {
        long together = configuration.maxReceivingBytes() > 0
                ? configuration.maxReceivingBytes()
                : Runtime.getRuntime().maxMemory() / 8;
        return Math.max(together, 2L * configuration.maxMessageBytes());
    }

    private static void requireRange(String key, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(key + "=" + value + " in io.datahub.zeromq.cfg is out of its range "
                    + least + " to " + most + "; correct or remove the line");
        }
    }

    /**
     * Where to listen.
     *
     * @throws IllegalStateException if the host's name isn't known
     */
    InetSocketAddress address() {
        if (host.equals("*")) {
            return new InetSocketAddress(port);
        }
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(
                    "no address is known for host=" + host
                            + "; set host in io.datahub.zeromq.cfg or DATAHUB_HOST to an address of this machine",
                    e);
        }
    }

    /** Whether many clients may come from that address, so that no limit by address is meant for it. */
    boolean isShared(InetAddress address) {
        return address.isLoopbackAddress() || address.isAnyLocalAddress() || proxies.contains(address);
    }

    /** Whether an endpoint with those settings can go on with these and keep its socket. */
    boolean keepsSocketOf(ZeromqSettings other) {
        return host.equals(other.host)
                && port == other.port
                && loops == other.loops
                && readBufferBytes == other.readBufferBytes
                && maxReadBufferBytes == other.maxReadBufferBytes;
    }
}
