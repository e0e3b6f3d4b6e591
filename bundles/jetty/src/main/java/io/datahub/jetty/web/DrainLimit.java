package io.datahub.jetty.web;

import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Content;

/** Limits how much of an unwanted body is read: in bytes, and in time since the limit was created. Not thread-safe. */
final class DrainLimit {

    static final long MAX_BYTES = 1L << 30;
    private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final long startNanos = System.nanoTime();
    private long remainingBytes = MAX_BYTES;

    /** Counts a chunk that was read. */
    void count(Content.Chunk chunk) {
        remainingBytes -= chunk.remaining();
    }

    boolean isReached() {
        return remainingBytes < 0 || System.nanoTime() - startNanos >= MAX_NANOS;
    }
}
