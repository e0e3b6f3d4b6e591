package io.datahub.store.metadata;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/**
 * A submitted transaction whose changes may not be durable yet. Thread-safe.
 *
 * @param <T> the result type of the transaction
 */
public final class CommitFuture<T> {

    private final CountDownLatch completed = new CountDownLatch(1);
    private final T value;
    private final Runnable onFlushRequested;
    private volatile Throwable failure;

    /** @param onFlushRequested called when a caller starts to wait */
    CommitFuture(T value, Runnable onFlushRequested) {
        this.value = value;
        this.onFlushRequested = onFlushRequested;
    }

    void complete() {
        completed.countDown();
    }

    void fail(Throwable cause) {
        failure = cause;
        completed.countDown();
    }

    /** The transaction's result; it may not be durable yet. */
    public T value() {
        return value;
    }

    /** Whether the transaction was flushed or failed. */
    public boolean isDone() {
        return completed.getCount() == 0;
    }

    /** Requests that the transaction be flushed now instead of waiting for more to batch. */
    public void requestFlush() {
        if (!isDone()) {
            onFlushRequested.run();
        }
    }

    /**
     * Waits until the transaction is flushed to disk and its changes are announced. An interrupt doesn't end the
     * wait, since a flush in progress can't be cancelled; the thread's interrupt flag is kept.
     *
     * @throws IOException if the disk failed
     */
    public T await() throws IOException {
        requestFlush();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    completed.await();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        if (failure != null) {
            throw new IOException("the hub's database can't be written: " + failure.getMessage(), failure);
        }
        return value;
    }
}
