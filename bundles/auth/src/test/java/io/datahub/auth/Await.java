package io.datahub.auth;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for a condition, with a timeout. */
final class Await {

    private static final Duration LONGEST = Duration.ofSeconds(20);

    private Await() {}

    static void until(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + LONGEST.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("it didn't happen within " + LONGEST);
            }
            LockSupport.parkNanos(5_000_000);
        }
    }
}
