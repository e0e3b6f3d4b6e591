package io.datahub.store.disk;

import io.datahub.api.file.FileFlush;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Shared flushes of directories: a flush that starts after it was requested serves every caller that requested it
 * before it started. There is at most one flush per directory at a time. If it fails, the caller that started it gets
 * the exception, and the next waiting caller retries. Thread-safe.
 */
final class DirectoryFlushes {

    /** By directory; the flushers that have callers. Guarded by itself. */
    private final Map<Path, DirectoryFlusher> flushers = new HashMap<>();

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
    private static final class DirectoryFlusher {

        private final Path directory;
        private int callers; // guarded by the map

        // Guarded by this.
        private long started;
        private long completed;
        private boolean busy;

        DirectoryFlusher(Path directory) {
            this.directory = directory;
        }

        void flush() throws IOException {
            long number;
            synchronized (this) {
                long needed = started + 1;
                awaitCompletedOrIdle(needed);
                if (completed >= needed) {
                    return;
                }
                busy = true;
                number = ++started;
            }
            boolean flushed = false;
            try {
                FileFlush.directory(directory);
                flushed = true;
            } finally {
                synchronized (this) {
                    busy = false;
                    if (flushed) {
                        completed = number;
                    }
                    notifyAll();
                }
            }
        }

        /** Waits until that flush is completed or none is running. A running flush can't be cancelled. */
        private void awaitCompletedOrIdle(long needed) {
            boolean interrupted = false;
            while (busy && completed < needed) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
