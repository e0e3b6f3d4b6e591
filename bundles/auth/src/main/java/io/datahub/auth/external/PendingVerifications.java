package io.datahub.auth.external;

import io.datahub.api.net.IpAddress;
import io.datahub.api.user.Origin;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * Bounds how many logins are being verified at once: in total, and from one address, so that nobody can take all of
 * them. IPv6 addresses are counted by their 64-bit network, since a client controls all of it. Thread-safe.
 */
final class PendingVerifications {

    static final int MAX = 1_000;
    static final int MAX_OF_ADDRESS = 50;

    /** An address that many clients share, such as a proxy's, still leaves half to others. */
    static final int MAX_OF_SHARED_ADDRESS = 500;

    // guarded by this
    private final Map<InetAddress, Integer> byAddress = new HashMap<>();
    private int total;

    /** Counts one more; false if there are too many. */
    synchronized boolean begin(Origin origin) {
        InetAddress address = IpAddress.network(origin.address());
        int most = origin.shared() ? MAX_OF_SHARED_ADDRESS : MAX_OF_ADDRESS;
        if (total >= MAX || byAddress.getOrDefault(address, 0) >= most) {
            return false;
        }
        byAddress.merge(address, 1, Integer::sum);
        total++;
        return true;
    }

    /** Ends one that was counted. */
    synchronized void end(Origin origin) {
        byAddress.computeIfPresent(
                IpAddress.network(origin.address()), (address, count) -> count > 1 ? count - 1 : null);
        total--;
    }
}
