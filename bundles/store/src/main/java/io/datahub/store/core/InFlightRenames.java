package io.datahub.store.core;

import io.datahub.api.path.RecordPath;
import java.io.InterruptedIOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/**
 * Paths where the disk is ahead of the index because the hub is between rename and index update. Readers wait for the
 * end of that interval only. Thread-safe.
 */
public final class InFlightRenames {

    private final ConcurrentHashMap<RecordPath, CountDownLatch> paths = new ConcurrentHashMap<>();

    /** Marks the path as being renamed until the mark is closed. The caller holds the path's lock. */
    public Mark begin(RecordPath path) {
        CountDownLatch latch = new CountDownLatch(1);
        paths.put(path, latch);
        return () -> {
            paths.remove(path);
            latch.countDown();
        };
    }

    /** Waits until no rename of the path is in progress; returns whether there was one. */
    boolean await(RecordPath path) throws InterruptedIOException {
        CountDownLatch latch = paths.get(path);
        if (latch == null) {
            return false;
        }
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for " + path);
        }
        return true;
    }

    /** A rename in progress. */
    public interface Mark extends AutoCloseable {
        @Override
        void close();
    }
}
