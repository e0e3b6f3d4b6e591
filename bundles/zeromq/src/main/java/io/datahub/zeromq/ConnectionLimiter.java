package io.datahub.zeromq;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Limits the number of connections, in total and per address. Loopback addresses and listed proxies have no limit per
 * address. IPv6 addresses are counted by their /64 network, since one client usually has all of it. Thread-safe.
 */
final class ConnectionLimiter {

    private static final int IP6_NETWORK_BYTES = 8;

    // guarded by this
    private final Map<InetAddress, Integer> byAddress = new HashMap<>();
    private int total;

    /** Acquires a slot, which the caller must {@link #release}; false if a limit is reached. */
    synchronized boolean tryAcquire(InetAddress address, ZeromqSettings settings) {
        if (total >= settings.maxConnections() || isLimitReached(address, settings)) {
            return false;
        }
        byAddress.merge(network(address), 1, Integer::sum);
        total++;
        return true;
    }

    /**
     * Moves a connection's slot to another address, as found in a PROXY header. If the limit of that address is
     * reached, returns false and changes nothing.
     */
    synchronized boolean tryMove(InetAddress from, InetAddress to, ZeromqSettings settings) {
        if (isLimitReached(to, settings)) {
            return false;
        }
        byAddress.merge(network(to), 1, Integer::sum);
        decrement(from);
        return true;
    }

    private boolean isLimitReached(InetAddress address, ZeromqSettings settings) {
        return byAddress.getOrDefault(network(address), 0) >= settings.maxConnectionsPerAddress()
                && !settings.isShared(address);
    }

    synchronized void release(InetAddress address) {
        decrement(address);
        total--;
    }

    private void decrement(InetAddress address) {
        byAddress.computeIfPresent(network(address), (key, count) -> count > 1 ? count - 1 : null);
    }

    private static InetAddress network(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address;
        }
        byte[] bytes = address.getAddress();
        Arrays.fill(bytes, IP6_NETWORK_BYTES, bytes.length, (byte) 0);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // only for an invalid length
        }
    }

    synchronized int count() {
        return total;
    }

    /** The number of addresses and networks that have connections. */
    synchronized int addresses() {
        return byAddress.size();
    }
}
