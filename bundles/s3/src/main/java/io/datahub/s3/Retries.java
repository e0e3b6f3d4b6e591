package io.datahub.s3;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Repeats requests that failed for a reason that may pass: the connection, the time, an answer that says so. The pauses
 * are random, up to a bound that doubles, so that many hubs don't come back at once. Thread-safe.
 */
final class Retries {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    private final int attempts;
    private final Duration limit;
    private final LongAdder repeated = new LongAdder();

    /**
     * @param attempts how often a request is tried at most
     * @param limit how long after the first attempt began the last may begin
     */
    Retries(int attempts, Duration limit) {
        this.attempts = attempts;
        this.limit = limit;
    }

    /** A request. */
    interface Attempt<T> {
        T run() throws IOException;
    }

    /** Makes a request until it succeeds or can't. */
    <T> T run(Attempt<T> attempt) throws IOException {
        Budget budget = new Budget();
        while (true) {
            try {
                return attempt.run();
            } catch (IOException e) {
                budget.spend(e);
            }
        }
    }

    /** How often requests were repeated so far. */
    long repeated() {
        return repeated.sum();
    }

    /** The attempts that are left for one purpose. Not thread-safe. */
    final class Budget {

        private final long start = System.nanoTime();
        private int failed;

        /** Waits until the next attempt; throws the failure if there is none. */
        void spend(IOException failure) throws IOException {
            failed++;
            long pause = pauseNanos(failure);
            if (!isTemporary(failure) || failed >= attempts || System.nanoTime() - start + pause > limit.toNanos()) {
                throw failure;
            }
            repeated.increment();
            try {
                TimeUnit.NANOSECONDS.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                InterruptedIOException interrupted = new InterruptedIOException("interrupted before a retry");
                interrupted.addSuppressed(failure);
                throw interrupted;
            }
        }

        private long pauseNanos(IOException failure) {
            long bound = Math.min(LONGEST_PAUSE.toNanos(), FIRST_PAUSE.toNanos() << Math.min(failed, 16));
            long asked = failure instanceof S3Exception answer
                    ? answer.retryAfter().map(Duration::toNanos).orElse(0L)
                    : 0;
            return asked + ThreadLocalRandom.current().nextLong(bound);
        }
    }

    private static boolean isTemporary(IOException failure) {
        if (failure instanceof S3Exception answer) {
            return answer.isTemporary();
        }
        return !(failure instanceof NoSuchFileException
                || failure instanceof InterruptedIOException
                || failure instanceof SourceException);
    }
}
