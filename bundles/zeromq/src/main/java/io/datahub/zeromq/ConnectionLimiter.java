package io.datahub.zeromq;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Counts the connections, in all and by address, and says whether there is room for one more. Loopback and listed proxies
 * have no limit by address, and of IPv6 the network of 64 bits counts, since one client has all of it. For any thread.
 */
final class ConnectionLimiter {

    private static final int IP6_NETWORK_BYTES = 8;

    // guarded by this
    private final Map<InetAddress, Integer> byAddress = new HashMap<>();
    private int all;

    /** Lets one in, who must {@link #leave} later; false if there are too many. */
    synchronized boolean enter(InetAddress address, ZeromqSettings settings) {
        if (all >= settings.maxConnections() || isCrowded(address, settings)) {
            return false;
        }
        byAddress.merge(network(address), 1, Integer::sum);
        all++;
        return true;
    }

    /** One who is in turns out to come from another address; false, and nothing changes, if there are too many from there. */
    synchronized boolean move(InetAddress from, InetAddress to, ZeromqSettings settings) {
        if (isCrowded(to, settings)) {
            return false;
        }
        byAddress.merge(network(to), 1, Integer::sum);
        discount(from);
        return true;
    }

    private boolean isCrowded(InetAddress address, ZeromqSettings settings) {
        return byAddress.getOrDefault(network(address), 0) >= settings.maxConnectionsPerAddress()
                && !settings.isShared(address);
    }

    synchronized void leave(InetAddress address) {
        discount(address);
        all--;
    }

    private void discount(InetAddress address) {
        byAddress.computeIfPresent(network(address), (same, there) -> there > 1 ? there - 1 : null);
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
            throw new IllegalStateException(e); // only for a wrong number of bytes
        }
    }

    synchronized int count() {
        return all;
    }

    /** The number of addresses and networks that somebody is in from. */
    synchronized int addresses() {
        return byAddress.size();
    }
}
