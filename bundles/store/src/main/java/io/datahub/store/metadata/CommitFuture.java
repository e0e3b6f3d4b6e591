package io.datahub.store.metadata;

import io.datahub.api.log.FailureText;
import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * A submitted transaction whose changes may not be durable yet. Thread-safe.
 *
 * @param <T> the result type of the transaction
 */
public final class CommitFuture<T> {

    private final CountDownLatch completed = new CountDownLatch(1);
    private final Runnable onFlushRequested;

    /** The paths whose index entries it wrote; used under the commit lock, and by the writer thread afterwards. */
    private final List<RecordPath> paths = new ArrayList<>(1);

    private volatile boolean flushRequested;
    private volatile T value;
    private volatile Throwable failure;

    /**
     * @param flushRequested whether a caller is about to wait
     * @param onFlushRequested called when a caller starts to wait and none was about to
     */
    CommitFuture(boolean flushRequested, Runnable onFlushRequested) {
        this.flushRequested = flushRequested;
        this.onFlushRequested = onFlushRequested;
    }

    List<RecordPath> paths() {
        return paths;
    }

    /** Sets the transaction's result, which nobody gets before it is durable. */
    void applied(T result) {
        value = result;
    }

    void complete() {
        completed.countDown();
    }

    void fail(Throwable cause) {
        failure = cause;
        completed.countDown();
    }

    /** Whether the transaction was flushed or failed. */
    public boolean isDone() {
        return completed.getCount() == 0;
    }

    /** Requests that the transaction be flushed now instead of waiting for more to batch. */
    public void requestFlush() {
        if (!flushRequested && !isDone()) {
            flushRequested = true;
            onFlushRequested.run();
        }
    }

    /** Waits like {@link #await}; returns false if the disk failed. */
    boolean isDurable() {
        try {
            await();
            return true;
        } catch (IOException e) {
            return false;
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
            throw new IOException("the hub's database can't be written: " + FailureText.of(failure), failure);
        }
        return value;
    }
}
