package io.datahub.ssh.sftp;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;

/** Does the work of a channel on threads that channels share: on one of them at a time, and on none while there is nothing to do. */
final class ChannelWork {

    private final Executor threads;
    private final BooleanSupplier work;
    private final Runnable onRejected;

    // Guarded by this.
    private boolean running;
    private boolean again;

    /**
     * Creates the one of a channel.
     *
     * @param threads run the work; they reject it once they stop
     * @param work does some of the work, and returns whether there is more, so that other channels get their turns
     * @param onRejected called before the work is done on the caller's thread, since the threads stop
     */
    ChannelWork(Executor threads, BooleanSupplier work, Runnable onRejected) {
        this.threads = threads;
        this.work = work;
        this.onRejected = onRejected;
    }

    /** There is something to do. */
    void wake() {
        if (takeOver()) {
            submit();
        }
    }

    /** Whether the caller is the one to go on, by {@link #submit}; else somebody does who will see what is new. */
    synchronized boolean takeOver() {
        again = true;
        if (running) {
            return false;
        }
        running = true;
        return true;
    }

    /** Has the work done, after {@link #takeOver}. */
    void submit() {
        try {
            threads.execute(this::run);
        } catch (RejectedExecutionException e) {
            onRejected.run();
            run();
        }
    }

    private void run() {
        synchronized (this) {
            again = false;
        }
        boolean more = true; // if this fails, what follows is to end
        try {
            more = work.getAsBoolean();
        } finally {
            if (more || !pause()) {
                submit();
            }
        }
    }

    private synchronized boolean pause() {
        running = again;
        return !running;
    }
}
