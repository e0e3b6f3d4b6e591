package io.datahub.http.events;

import java.util.concurrent.atomic.AtomicLong;

/** A shared limit on a number of bytes. Thread-safe. */
final class ByteBudget {

    private final AtomicLong available;

    ByteBudget(long bytes) {
        available = new AtomicLong(bytes);
    }

    /** Acquires the bytes, unless fewer are available. */
    boolean tryAcquire(long bytes) {
        if (available.addAndGet(-bytes) >= 0) {
            return true;
        }
        available.addAndGet(bytes);
        return false;
    }

    void release(long bytes) {
        available.addAndGet(bytes);
    }
}
