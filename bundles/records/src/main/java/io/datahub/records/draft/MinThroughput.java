package io.datahub.records.draft;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Enforces a minimum client throughput, measured over intervals in which the hub waited for the client; the hub's own
 * processing time doesn't count. Not thread-safe.
 */
public final class MinThroughput {

    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final long minBytesPerSecond;
    private long since;
    private long waitedNanos;
    private long bytes;

    /** @param minBytesPerSecond 0 accepts any throughput */
    public MinThroughput(long minBytesPerSecond, long now) {
        this.minBytesPerSecond = minBytesPerSecond;
        since = now;
    }

    /** Counts received bytes at this time in nanoseconds; refuses if the throughput is too low. */
    public Optional<Refusal> received(long count, long now) {
        waitedNanos += now - since;
        bytes += count;
        if (waitedNanos < WINDOW_NANOS) {
            return Optional.empty();
        }
        boolean slow = bytes < (double) minBytesPerSecond * waitedNanos / TimeUnit.SECONDS.toNanos(1);
        waitedNanos = 0;
        bytes = 0;
        return slow
                ? Optional.of(new Refusal(
                        Reason.TIMED_OUT,
                        "the upload is slower than the minimum of " + minBytesPerSecond + " bytes per second"))
                : Optional.empty();
    }

    /** The hub is ready to receive more. */
    public void ready(long now) {
        since = now;
    }
}
