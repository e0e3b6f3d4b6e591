package io.datahub.cli.hub;

import io.datahub.cli.core.Failure;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Pauses between attempts: as long as the hub says, otherwise 0.5, 1, 2 … up to 30 seconds, of which a random part is taken off. */
public final class Backoff {

    private static final long FIRST_MILLIS = 500;
    private static final long MAX_MILLIS = 30_000;
    private static final int MAX_DOUBLINGS = 6;
    private static final double MAX_JITTER = 0.3;

    private Backoff() {}

    /**
     * Pauses.
     *
     * @param attempt the number of attempts so far
     * @param retryAfter the header of the response, if there was one
     */
    public static void pause(int attempt, Optional<String> retryAfter) {
        long millis = Math.min(FIRST_MILLIS << Math.min(attempt - 1, MAX_DOUBLINGS), MAX_MILLIS);
        long wanted = retryAfter
                .filter(value -> value.matches("\\d{1,4}"))
                .map(value -> Math.min(Long.parseLong(value) * 1_000, 2 * MAX_MILLIS))
                .orElseGet(() -> millis
                        - (long) (millis
                                * MAX_JITTER
                                * ThreadLocalRandom.current().nextDouble()));
        pauseMillis(wanted);
    }

    /** Pauses for so long. */
    public static void pauseMillis(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(Failure.FAILED, "interrupted");
        }
    }
}
