package io.datahub.zeromq;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/** Counts the connections, in all and by address, and says whether there is room for one more. For any thread. */
final class Admission {

    // guarded by this
    private final Map<InetAddress, Integer> byAddress = new HashMap<>();
    private int all;

    /** Lets one in, who must {@link #leave} later; false if there are too many. */
    synchronized boolean enter(InetAddress address, Settings settings) {
        int there = byAddress.getOrDefault(address, 0);
        boolean crowded = there >= settings.maxConnectionsPerAddress() && !address.isLoopbackAddress();
        if (all >= settings.maxConnections() || crowded) {
            return false;
        }
        byAddress.put(address, there + 1);
        all++;
        return true;
    }

    synchronized void leave(InetAddress address) {
        byAddress.computeIfPresent(address, (same, there) -> there > 1 ? there - 1 : null);
        all--;
    }

    synchronized int count() {
        return all;
    }
}
