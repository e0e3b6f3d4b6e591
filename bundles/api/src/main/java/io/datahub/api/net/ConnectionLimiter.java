package io.datahub.api.net;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * Limits the number of connections of a transport, in total and per address. Shared addresses, such as loopback and
 * those of listed proxies, have no limit per address. IPv6 addresses are counted by their /64 network, since one client
 * usually has all of it. Thread-safe.
 */
public final class ConnectionLimiter {

    // guarded by this
    private final Map<InetAddress, Integer> byAddress = new HashMap<>();
    private int total;

    /** Creates a limiter without connections. */
    public ConnectionLimiter() {}

    /** The limits, which may change between calls. */
    public interface Limits {

        /**
         * The maximum number of connections in total.
         *
         * @return the number, at least 1
         */
        int maxConnections();

        /**
         * The maximum number of connections from one address.
         *
         * @return the number, at least 1
         */
        int maxConnectionsPerAddress();

        /**
         * Whether many clients may share an address, so that the limit per address doesn't apply to it.
         *
         * @param address the address
         * @return whether it is shared
         */
        boolean isShared(InetAddress address);
    }

    /**
     * Acquires a slot, which the caller must {@link #release}.
     *
     * @param address the client's address
     * @param limits the limits
     * @return false if a limit is reached
     */
    public synchronized boolean tryAcquire(InetAddress address, Limits limits) {
        if (total >= limits.maxConnections() || isLimitReached(address, limits)) {
            return false;
        }
        byAddress.merge(IpAddress.network(address), 1, Integer::sum);
        total++;
        return true;
    }

    /**
     * Moves a connection's slot to another address, as found in a PROXY header.
     *
     * @param from the address that has the slot
     * @param to the client's own address
     * @param limits the limits
     * @return false if the limit of that address is reached; nothing has changed then
     */
    public synchronized boolean tryMove(InetAddress from, InetAddress to, Limits limits) {
        if (isLimitReached(to, limits)) {
            return false;
        }
        byAddress.merge(IpAddress.network(to), 1, Integer::sum);
        decrement(from);
        return true;
    }

    private boolean isLimitReached(InetAddress address, Limits limits) {
        return byAddress.getOrDefault(IpAddress.network(address), 0) >= limits.maxConnectionsPerAddress()
                && !limits.isShared(address);
    }

    /**
     * Releases a slot.
     *
     * @param address the address that has it
     */
    public synchronized void release(InetAddress address) {
        decrement(address);
        total--;
    }

    private void decrement(InetAddress address) {
        byAddress.computeIfPresent(IpAddress.network(address), (key, count) -> count > 1 ? count - 1 : null);
    }

    /**
     * The number of connections.
     *
     * @return the number of acquired slots
     */
    public synchronized int count() {
        return total;
    }

    /**
     * The number of addresses and networks that have connections.
     *
     * @return the number
     */
    public synchronized int addresses() {
        return byAddress.size();
    }
}
