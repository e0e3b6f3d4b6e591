package io.datahub.broker;

import java.util.concurrent.atomic.AtomicLong;

/** Limits the memory of all events that are being validated or kept. Thread-safe. */
final class PendingEventLimit {

    private final AtomicLong bytes = new AtomicLong();
    private volatile long maxBytes;

    PendingEventLimit(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    void setMaxBytes(long max) {
        maxBytes = max;
    }

    /** Reserves memory for an event; false if the limit is exceeded. */
    boolean reserve(long size) {
        if (bytes.addAndGet(size) > maxBytes) {
            release(size);
            return false;
        }
        return true;
    }

    /** Releases what was reserved. */
    void release(long size) {
        bytes.addAndGet(-size);
    }
}
