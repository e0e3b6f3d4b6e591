package io.datahub.auth;

import io.datahub.auth.users.Users;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Calls back when a credential has expired, so that open connections are closed. Checks at least once a minute while
 * any credential has an expiry, since the clock may be changed.
 */
final class ExpiryTimer {

    private static final Duration MAX_DELAY = Duration.ofMinutes(1);

    private final Supplier<Users> currentUsers;
    private final Clock clock;
    private final ScheduledExecutorService executor;
    private final Runnable expired;
    private Instant lastCheck; // guarded by this
    private Future<?> next; // guarded by this

    ExpiryTimer(Supplier<Users> currentUsers, Clock clock, ScheduledExecutorService executor, Runnable expired) {
        this.currentUsers = currentUsers;
        this.clock = clock;
        this.executor = executor;
        this.expired = expired;
        this.lastCheck = clock.instant();
    }

    /** Schedules the next expiry, after the users have changed. */
    synchronized void reset() {
        if (next != null) {
            next.cancel(false);
        }
        Optional<Instant> end = currentUsers.get().nextExpiry(lastCheck);
        next = end.map(this::await).orElse(null);
    }

    private Future<?> await(Instant end) {
        Duration left = Duration.between(clock.instant(), end).plusMillis(1);
        Duration delay = left.compareTo(MAX_DELAY) < 0 ? left : MAX_DELAY;
        return executor.schedule(this::check, Math.max(1, delay.toMillis()), TimeUnit.MILLISECONDS);
    }

    private void check() {
        boolean any;
        synchronized (this) {
            Instant now = clock.instant();
            any = currentUsers
                    .get()
                    .nextExpiry(lastCheck)
                    .map(end -> !end.isAfter(now))
                    .orElse(false);
            lastCheck = now;
            reset();
        }
        if (any) {
            expired.run();
        }
    }
}
