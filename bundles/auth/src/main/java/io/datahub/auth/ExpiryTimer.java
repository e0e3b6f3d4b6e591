package io.datahub.auth;

import io.datahub.auth.users.Users;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Calls back when a credential has expired, so that open connections are closed. Checks at least once a minute while
 * any credential has an expiry, since the clock may be changed.
 */
final class ExpiryTimer {

    private static final Duration ROUND_UP = Duration.ofNanos(999_999_999);
    private static final Instant LATEST = Instant.MAX.minus(ROUND_UP);
    private static final Duration MAX_DELAY = Duration.ofMinutes(1);

    private final Supplier<Users> currentUsers;
    private final Clock clock;
    private final ScheduledExecutorService executor;
    private final Runnable expired;
    private final NavigableSet<Instant> others = new TreeSet<>(); // guarded by this
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
        next = nextExpiry().map(this::await).orElse(null);
    }

    /**
     * Also calls back at this time, for what expires and isn't in the users file. Times within a second are one, so
     * that there are few of them.
     */
    synchronized void watch(Instant end) {
        Instant second = (end.isBefore(LATEST) ? end : LATEST).plus(ROUND_UP).truncatedTo(ChronoUnit.SECONDS);
        if (second.isAfter(lastCheck) && others.add(second) && second.equals(others.first())) {
            reset();
        }
    }

    private Optional<Instant> nextExpiry() {
        Optional<Instant> other = Optional.ofNullable(others.higher(lastCheck));
        Optional<Instant> listed = currentUsers.get().nextExpiry(lastCheck);
        return listed.filter(end -> other.filter(end::isAfter).isEmpty()).or(() -> other);
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
            any = nextExpiry().map(end -> !end.isAfter(now)).orElse(false);
            others.headSet(now, true).clear();
            lastCheck = now;
            reset();
        }
        if (any) {
            expired.run();
        }
    }
}
