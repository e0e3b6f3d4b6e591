package io.datahub.records.staging;

import java.io.IOException;
import java.nio.channels.FileChannel;

/**
 * Flushes a large file while it is still being written, so that disk and network work at the same time and the flush
 * at the end has little left to do. For the thread that writes the file.
 */
final class EarlyFlush {

    /** Smaller files aren't flushed early; a thread for each step costs little at this size. */
    static final long STEP_BYTES = 32L << 20;

    private long unflushed;
    private Step last;

    /** Bytes were written: flushes, in the background, if there are many and the last flush is done. */
    void written(FileChannel file, long bytes) {
        unflushed += bytes;
        if (unflushed >= STEP_BYTES && (last == null || last.hasSucceeded())) {
            unflushed = 0;
            last = new Step(file);
            last.start();
        }
    }

    /**
     * Waits for a flush in progress.
     *
     * @throws IOException if any flush has failed: the system reports a failure only once, so that a later flush would
     *     seem to succeed
     */
    void await() throws IOException {
        if (last != null) {
            last.await();
        }
    }

    /** A flush in the background. */
    private static final class Step extends Thread {

        private final FileChannel file;
        private volatile Throwable failure;

        Step(FileChannel file) {
            super("datahub-store-early-flush");
            this.file = file;
            setDaemon(true);
        }

        @Override
        public void run() {
            try {
                file.force(false);
            } catch (IOException | RuntimeException | Error e) {
                failure = e;
            }
        }

        boolean hasSucceeded() {
            return !isAlive() && failure == null;
        }

        void await() throws IOException {
            boolean interrupted = false;
            while (isAlive()) {
                try {
                    join();
                } catch (InterruptedException e) {
                    interrupted = true; // a flush in progress can't be cancelled
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            if (failure != null) {
                throw new IOException("a staged file can't be flushed: " + failure.getMessage(), failure);
            }
        }
    }
}
