package io.datahub.zeromq;

import io.datahub.api.net.IpAddress;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * Limits the number of connections, in total and per address. Loopback addresses and listed proxies have no limit per
 * address. IPv6 addresses are counted by their /64 network, since one client usually has all of it. Thread-safe.
 */
final class ConnectionLimiter {

    // guarded by this
    private final Map<InetAddress, Integer> byAddress = new HashMap<>();
    private int total;

    /** Acquires a slot, which the caller must {@link #release}; false if a limit is reached. */
    synchronized boolean tryAcquire(InetAddress address, ZeromqSettings settings) {
        if (total >= settings.maxConnections() || isLimitReached(address, settings)) {
            return false;
        }
        byAddress.merge(IpAddress.network(address), 1, Integer::sum);
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
        byAddress.merge(IpAddress.network(to), 1, Integer::sum);
        decrement(from);
        return true;
    }

    private boolean isLimitReached(InetAddress address, ZeromqSettings settings) {
        return byAddress.getOrDefault(IpAddress.network(address), 0) >= settings.maxConnectionsPerAddress()
                && !settings.isShared(address);
    }

    synchronized void release(InetAddress address) {
        decrement(address);
        total--;
    }

    private void decrement(InetAddress address) {
        byAddress.computeIfPresent(IpAddress.network(address), (key, count) -> count > 1 ? count - 1 : null);
    }

    synchronized int count() {
        return total;
    }

    /** The number of addresses and networks that have connections. */
    synchronized int addresses() {
        return byAddress.size();
    }
}
