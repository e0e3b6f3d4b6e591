package io.datahub.store.metadata;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/**
 * Work that was entered and waits until it lasts.
 *
 * @param <T> what the work gave
 */
public final class CommitFuture<T> {

    private final CountDownLatch settled = new CountDownLatch(1);
    private final T value;
    private final Runnable wanted;
    private volatile Throwable failure;

    /** @param wanted is run when somebody begins to wait */
    CommitFuture(T value, Runnable wanted) {
        this.value = value;
        this.wanted = wanted;
    }

    void done() {
        settled.countDown();
    }

    void failed(Throwable cause) {
        failure = cause;
        settled.countDown();
    }

    /** What the work gave; it may not last yet. */
    public T value() {
        return value;
    }

    /** Whether there is nothing to wait for any more. */
    public boolean isDone() {
        return settled.getCount() == 0;
    }

    /** Says that somebody will wait, so that it is written without waiting for more. */
    public void requestFlush() {
        if (!isDone()) {
            wanted.run();
        }
    }

    /**
     * Waits until the work is flushed to disk and its changes are announced. An interrupt doesn't cut the wait short, since
     * what is on its way to the disk can't be called back; the thread stays interrupted.
     *
     * @throws IOException if the disk failed
     */
    public T await() throws IOException {
        requestFlush();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    settled.await();
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
            throw new IOException("the hub's state can't be written: " + failure.getMessage(), failure);
        }
        return value;
    }
}
