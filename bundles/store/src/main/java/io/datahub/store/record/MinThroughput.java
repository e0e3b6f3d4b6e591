package io.datahub.store.record;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Measures how fast a client sends: over stretches in which the hub waited for it, not over the time that the hub itself took.
 * For one thread at a time.
 */
final class MinThroughput {

    private static final long STRETCH_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final long least;
    private long since;
    private long waited;
    private long bytes;

    /** @param least bytes a second; 0 takes any pace */
    MinThroughput(long least, long now) {
        this.least = least;
        since = now;
    }

    /** Some bytes came, at this time in nanoseconds; refuses if that was too slow. */
    Optional<Refusal> came(long count, long now) {
        waited += now - since;
        bytes += count;
        if (waited < STRETCH_NANOS) {
            return Optional.empty();
        }
        boolean slow = bytes < (double) least * waited / TimeUnit.SECONDS.toNanos(1);
        waited = 0;
        bytes = 0;
        return slow
                ? Optional.of(new Refusal(
                        Reason.TIMED_OUT, "the bytes come slower than the hub waits for: " + least + " a second"))
                : Optional.empty();
    }

    /** The hub is ready for more. */
    void ready(long now) {
        since = now;
    }
}
