package io.datahub.auth;

import io.datahub.api.net.IpAddress;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Origin;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Counts failed logins by address and by claimed user, and computes by how long the response to the next failure is
 * delayed. Shared addresses, such as loopback, are exempt; users are not. IPv6 addresses are counted by their 64-bit
 * network, since a client controls all of it. Thread-safe.
 */
final class LoginThrottle {

    private static final long FIRST_MILLIS = 125;
    private static final int MAX_DOUBLINGS = 20;
    private static final int MAX_NAME = 64; // no user name is longer, and memory must be bounded

    private final int undelayedFailures;
    private final long maxMillis;
    private final FailureCounts<InetAddress> byAddress;
    private final FailureCounts<String> byUser;

    LoginThrottle(AuthConfiguration configuration, LongSupplier nanoClock) {
        this.undelayedFailures = configuration.undelayedFailures();
        this.maxMillis = configuration.maxFailureDelayMillis();
        double halfLifeNanos = configuration.failureHalfLifeMillis() * 1e6;
        byAddress = new FailureCounts<>(configuration.maxFailureCounters(), halfLifeNanos, nanoClock);
        byUser = new FailureCounts<>(configuration.maxFailureCounters(), halfLifeNanos, nanoClock);
    }

    void failed(Credentials credentials, Origin origin) {
        if (!origin.shared()) {
            byAddress.add(IpAddress.network(origin.address()));
        }
        claimed(credentials).ifPresent(byUser::add);
    }

    /** The delay of the response to a failure from this origin. */
    Duration delay(Origin origin) {
        return delay(origin.shared() ? 0 : byAddress.count(IpAddress.network(origin.address())));
    }

    /** The delay of the response to a failure with these credentials from this origin. */
    Duration delay(Credentials credentials, Origin origin) {
        Duration address = delay(origin);
        Duration user = delay(claimed(credentials).map(byUser::count).orElse(0.0));
        return user.compareTo(address) > 0 ? user : address;
    }

    private Duration delay(double failures) {
        double over = failures - undelayedFailures;
        if (over <= 0) {
            return Duration.ZERO;
        }
        double millis = FIRST_MILLIS * Math.pow(2, Math.min(over, MAX_DOUBLINGS));
        return Duration.ofMillis(Math.min(maxMillis, (long) millis));
    }

    /** The claimed user; for credentials without a user name, the credential itself. */
    private static Optional<String> claimed(Credentials credentials) {
        return credentials
                .user()
                .map(name -> name.substring(0, Math.min(name.length(), MAX_NAME)))
                .or(() -> credentials.publicId().map(id -> credentials.kind() + ":" + id));
    }
}
