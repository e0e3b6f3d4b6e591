package io.datahub.hooks.outgoing;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long to wait before a message is sent again: from one second, doubled each time up to a minute, with jitter. */
final class Backoff {

    private static final long FIRST_MILLIS = 1_000;
    private static final long LAST_MILLIS = 60_000;
    private static final int MAX_DOUBLINGS = 6;

    private final RandomGenerator random;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    /**
     * The delay after a failed attempt.
     *
     * @param attempts how many have failed, from 1
     * @param retryAfter what the target asks for, which is the minimum
     */
    Duration after(int attempts, Duration retryAfter) {
        long whole = Math.min(LAST_MILLIS, FIRST_MILLIS << Math.min(MAX_DOUBLINGS, attempts - 1));
        Duration delay = Duration.ofMillis(whole / 2 + random.nextLong(whole / 2 + 1));
        return delay.compareTo(retryAfter) < 0 ? retryAfter : delay;
    }
}
