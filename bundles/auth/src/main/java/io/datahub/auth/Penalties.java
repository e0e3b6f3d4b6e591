package io.datahub.auth;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Counts failed logins by address and says how long the next failure from there has to wait for its answer. The count
 * halves as time passes. Loopback is spared, and of IPv6 the network of 64 bits counts, since one client has all of it.
 * For any thread.
 */
final class Penalties {

    private static final long FIRST_MILLIS = 125;
    private static final int MAX_DOUBLINGS = 20;

    private final int free;
    private final long maxMillis;
    private final double halfLifeNanos;
    private final LongSupplier nanoClock;
    private final Map<InetAddress, Failures> byAddress; // guarded by itself

    /** Failures of one address, as many as they were worth at a time. */
    private record Failures(double count, long nanos) {}

    Penalties(AuthConfiguration configuration, LongSupplier nanoClock) {
        this.free = configuration.freeFailures();
        this.maxMillis = configuration.maxPenaltyMillis();
        this.halfLifeNanos = configuration.failureHalfLifeMillis() * 1e6;
        this.nanoClock = nanoClock;
        int maxAddresses = configuration.maxAddresses();
        this.byAddress = new LinkedHashMap<>(64, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<InetAddress, Failures> eldest) {
                return size() > maxAddresses;
            }
        };
    }

    void failed(InetAddress address) {
        if (!address.isLoopbackAddress()) {
            InetAddress network = network(address);
            synchronized (byAddress) {
                byAddress.put(network, new Failures(count(network) + 1, nanoClock.getAsLong()));
            }
        }
    }

    /** How long the answer to a failure from there is to be held back. */
    Duration of(InetAddress address) {
        double over;
        synchronized (byAddress) {
            over = count(network(address)) - free;
        }
        if (over <= 0 || address.isLoopbackAddress()) {
            return Duration.ZERO;
        }
        double millis = FIRST_MILLIS * Math.pow(2, Math.min(over, MAX_DOUBLINGS));
        return Duration.ofMillis(Math.min(maxMillis, (long) millis));
    }

    private double count(InetAddress network) {
        Failures failures = byAddress.get(network);
        return failures == null
                ? 0
                : failures.count() * Math.pow(0.5, (nanoClock.getAsLong() - failures.nanos()) / halfLifeNanos);
    }

    private static InetAddress network(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address;
        }
        byte[] bytes = address.getAddress();
        Arrays.fill(bytes, 8, bytes.length, (byte) 0);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException(e); // only for a wrong number of bytes
        }
    }
}
