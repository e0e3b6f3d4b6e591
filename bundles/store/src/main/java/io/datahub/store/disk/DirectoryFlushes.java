package io.datahub.store.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Flushes of directories, shared: a flush that begins after somebody asked for it serves all who asked before it began. Each
 * directory has one flush under way at most. When it fails, whoever began it is told, and the next one who waits tries again.
 * For any thread.
 */
final class DirectoryFlushes {

    /** Those that somebody waits for. Guarded by itself. */
    private final Map<Path, Line> lines = new HashMap<>();

    /** Makes what was entered into a directory, or removed from it, survive a power cut. */
    void flush(Path directory) throws IOException {
        Line line;
        synchronized (lines) {
            line = lines.computeIfAbsent(directory, Line::new);
            line.users++;
        }
        try {
            line.flush();
        } finally {
            synchronized (lines) {
                if (--line.users == 0) {
                    lines.remove(directory);
                }
            }
        }
    }

    /** Those who want one directory flushed. */
    private static final class Line {

        private final Path directory;
        private int users; // guarded by the map

        // Guarded by this.
        private long begun;
        private long done;
        private boolean busy;

        Line(Path directory) {
            this.directory = directory;
        }

        void flush() throws IOException {
            long number;
            synchronized (this) {
                long wanted = begun + 1;
                awaitTurn(wanted);
                if (done >= wanted) {
                    return;
                }
                busy = true;
                number = ++begun;
            }
            boolean flushed = false;
            try {
                Disk.flushDirectory(directory);
                flushed = true;
            } finally {
                synchronized (this) {
                    busy = false;
                    if (flushed) {
                        done = number;
                    }
                    notifyAll();
                }
            }
        }

        /** Waits until the flush of that number is done, or nobody is at it. What is being flushed can't be called back. */
        private void awaitTurn(long wanted) {
            boolean interrupted = false;
            while (busy && done < wanted) {
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
