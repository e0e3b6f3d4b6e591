package io.datahub.cluster.journal;

import io.datahub.api.Refusal;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * How old this hub's view of the ledger is. One that is too old may lack a revoked token, so the hub serves nothing until
 * it is confirmed again. Thread-safe.
 */
public final class Freshness {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final LongSupplier clock;
    private final Supplier<Duration> maxAge;
    private volatile long viewedAt;

    /**
     * @param clock nanoseconds that only grow, as {@link System#nanoTime}
     * @param maxAge how old the view may be
     */
    public Freshness(LongSupplier clock, Supplier<Duration> maxAge) {
        this.clock = clock;
        this.maxAge = maxAge;
        viewedAt = clock.getAsLong();
    }

    /** The view has everything that the ledger had at this time. */
    void viewed(long nanos) {
        viewedAt = nanos;
    }

    /** How old the view is. */
    public Duration age() {
        return Duration.ofNanos(clock.getAsLong() - viewedAt);
    }

    /** Whether the view is young enough to be shown. */
    public boolean isFresh() {
        return age().compareTo(maxAge.get()) <= 0;
    }

    /** Refuses everything while the view is too old. */
    public Optional<Refusal> refuse() {
        return isFresh()
                ? Optional.empty()
                : Optional.of(Refusal.unavailable(
                        "this hub can't confirm what is in the cluster's ledger; retry, or use another hub",
                        RETRY_AFTER));
    }
}
