package io.datahub.hooks.incoming;

import io.datahub.api.net.IpAddress;
import io.datahub.api.user.Origin;
import java.util.HashMap;
import java.util.Map;

/**
 * The bytes of bodies that are in memory, of which each network has a share, unless many clients share its address.
 * Thread-safe.
 */
final class ReceivedBytes {

    private final long max;
    private final long maxOfNetwork;

    private long total; // guarded by this
    private final Map<String, Long> ofNetworks = new HashMap<>(); // guarded by this

    ReceivedBytes(long max, long maxOfNetwork) {
        this.max = max;
        this.maxOfNetwork = maxOfNetwork;
    }

    /** Counts bytes that have arrived; false, and nothing is counted, if that is too much. */
    synchronized boolean add(Origin origin, long bytes) {
        String network = network(origin);
        long sum = ofNetworks.getOrDefault(network, 0L) + bytes;
        if (total + bytes > max || (sum > maxOfNetwork && !origin.shared())) {
            return false;
        }
        total += bytes;
        ofNetworks.put(network, sum);
        return true;
    }

    synchronized void remove(Origin origin, long bytes) {
        total -= bytes;
        ofNetworks.computeIfPresent(network(origin), (network, sum) -> sum == bytes ? null : sum - bytes);
    }

    private static String network(Origin origin) {
        return String.valueOf(IpAddress.network(origin.address()));
    }
}
