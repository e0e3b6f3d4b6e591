package io.datahub.auth;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Calls when a credential has expired, so that open connections lose it. Looks at the clock at least once a minute while a
 * credential has an end, since the clock may be set.
 */
final class ExpiryTimer {

    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final Supplier<Users> inForce;
    private final Clock clock;
    private final ScheduledExecutorService executor;
    private final Runnable expired;
    private Instant seen; // guarded by this
    private Future<?> next; // guarded by this

    ExpiryTimer(Supplier<Users> inForce, Clock clock, ScheduledExecutorService executor, Runnable expired) {
        this.inForce = inForce;
        this.clock = clock;
        this.executor = executor;
        this.expired = expired;
        this.seen = clock.instant();
    }

    /** Looks anew for the next end, after other users came into force. */
    synchronized void reset() {
        if (next != null) {
            next.cancel(false);
        }
        Optional<Instant> end = inForce.get().nextExpiry(seen);
        next = end.map(this::await).orElse(null);
    }

    private Future<?> await(Instant end) {
        Duration left = Duration.between(clock.instant(), end).plusMillis(1);
        Duration delay = left.compareTo(LONGEST) < 0 ? left : LONGEST;
        return executor.schedule(this::look, Math.max(1, delay.toMillis()), TimeUnit.MILLISECONDS);
    }

    private void look() {
        boolean any;
        synchronized (this) {
            Instant now = clock.instant();
            any = inForce.get().nextExpiry(seen).map(end -> !end.isAfter(now)).orElse(false);
            seen = now;
            reset();
        }
        if (any) {
            expired.run();
        }
    }
}
