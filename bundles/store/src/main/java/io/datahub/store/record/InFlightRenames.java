package io.datahub.store.record;

import io.datahub.api.record.RecordPath;
import java.io.InterruptedIOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/**
 * The paths where the disk is a moment ahead of the index, because the hub itself is between rename and entry. Readers
 * wait for that moment and for nothing longer. For any thread.
 */
final class InFlightRenames {

    private final ConcurrentHashMap<RecordPath, CountDownLatch> paths = new ConcurrentHashMap<>();

    /** Says that the path moves until the mark is closed; under the path's lock. */
    Mark begin(RecordPath path) {
        CountDownLatch latch = new CountDownLatch(1);
        paths.put(path, latch);
        return () -> {
            paths.remove(path);
            latch.countDown();
        };
    }

    /** Waits until the path rests; whether it was moving. */
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

    /** A path that moves. */
    interface Mark extends AutoCloseable {
        @Override
        void close();
    }
}
