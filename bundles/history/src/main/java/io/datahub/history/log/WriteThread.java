package io.datahub.history.log;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Lock;

/**
 * Writes for threads that may be interrupted: an interrupt during a write would close the channel of the file for all.
 * Thread-safe.
 */
final class WriteThread {

    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(task -> new Thread(task, "datahub-history-reads"));
    private final Lock writing;

    /** @param writing held during each action */
    WriteThread(Lock writing) {
        this.writing = writing;
    }

    /** Something that writes. */
    @FunctionalInterface
    interface Action {
        void run() throws IOException;
    }

    /**
     * Runs an action and waits for its end, also while the calling thread is interrupted.
     *
     * @throws IOException if it fails, or this is closed
     */
    void run(Action action) throws IOException {
        Future<?> outcome;
        try {
            outcome = thread.submit(() -> {
                writing.lock();
                try {
                    action.run();
                } finally {
                    writing.unlock();
                }
                return null;
            });
        } catch (RejectedExecutionException e) {
            throw new IOException("the log of kept topics is closed", e);
        }
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    outcome.get();
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw new IOException(e.getCause().getMessage(), e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Ends the thread after what it has begun. */
    void close() {
        thread.shutdown();
    }
}
