package io.datahub.websocket;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition, at most 30 seconds. */
final class Await {

    private Await() {}

    static void until(BooleanSupplier condition) {
        long end = System.nanoTime() + 30_000_000_000L;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("it didn't come to pass within thirty seconds");
            }
            LockSupport.parkNanos(2_000_000);
        }
    }
}
