package io.datahub.store.disk;

import io.datahub.api.file.FileFlush;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * Shared flushes of directories: a flush that starts after it was requested serves every caller that requested it
 * before it started. There is at most one flush per directory at a time; callers that come meanwhile share the next
 * one, and sleep until that is completed. If a flush fails, the caller that started it gets the exception, and the
 * others request it again. Thread-safe.
 */
final class DirectoryFlushes {

    private final Flush flush;

    /** By directory; the flushers that have callers. Guarded by itself. */
    private final Map<Path, DirectoryFlusher> flushers = new HashMap<>();

    DirectoryFlushes() {
        this(FileFlush::directory);
    }

    /** @param flush flushes a directory */
    DirectoryFlushes(Flush flush) {
        this.flush = flush;
    }

    /** Flushes a directory. */
    interface Flush {
        void run(Path directory) throws IOException;
    }

    /** Flushes a directory, so that entries that were added or removed survive a power failure. */
    void flush(Path directory) throws IOException {
        DirectoryFlusher flusher;
        synchronized (flushers) {
            flusher = flushers.computeIfAbsent(directory, DirectoryFlusher::new);
            flusher.callers++;
        }
        try {
            flusher.flush();
        } finally {
            synchronized (flushers) {
                if (--flusher.callers == 0) {
                    flushers.remove(directory);
                }
            }
        }
    }

    /** The flushes of one directory. */
    private final class DirectoryFlusher {

        private final Path directory;
        private int callers; // guarded by the map

        /** The latest flush that was started; null if there was none. Guarded by this. */
        private Round started;

        /** The flush that callers can still join, since it isn't started; null if there is none. Guarded by this. */
        private Round next;

        DirectoryFlusher(Path directory) {
            this.directory = directory;
        }

        void flush() throws IOException {
            boolean flushed = false;
            while (!flushed) {
                Round round;
                Round before;
                boolean isFirst;
                synchronized (this) {
                    isFirst = next == null;
                    if (isFirst) {
                        next = new Round();
                    }
                    round = next;
                    before = started;
                }
                if (isFirst) {
                    run(round, before);
                }
                flushed = round.await();
            }
        }

        /** Flushes for all callers of a round, once the round before it is completed. */
        private void run(Round round, Round before) throws IOException {
            if (before != null) {
                before.await();
            }
            synchronized (this) {
                started = round;
                next = null;
            }
            boolean flushed = false;
            try {
                flush.run(directory);
                flushed = true;
            } finally {
                round.complete(flushed);
            }
        }
    }

    /** One flush. */
    private static final class Round {

        private final CountDownLatch completed = new CountDownLatch(1);
        private boolean flushed; // published by the latch

        void complete(boolean successfully) {
            flushed = successfully;
            completed.countDown();
        }

        /** Waits until it is completed, and returns whether it succeeded. A running flush can't be cancelled. */
        boolean await() {
            boolean interrupted = false;
            while (completed.getCount() > 0) {
                try {
                    completed.await();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            return flushed;
        }
    }
}
