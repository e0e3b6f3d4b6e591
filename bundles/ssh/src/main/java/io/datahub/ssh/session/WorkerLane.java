package io.datahub.ssh.session;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Runs tasks on threads that are shared, but only a few at once; the others wait in order. Thread-safe. */
final class WorkerLane {

    static final int MAX_AT_ONCE = 8;

    private final Executor threads;

    /** Guarded by this, as is the next one. */
    private final Deque<Runnable> waiting = new ArrayDeque<>();

    private int running;

    /** @param threads run the tasks; they may reject them once they stop */
    WorkerLane(Executor threads) {
        this.threads = threads;
    }

    /**
     * Runs a task, now or later.
     *
     * @throws RejectedExecutionException if the threads stop
     */
    void execute(Runnable task) {
        synchronized (this) {
            if (running == MAX_AT_ONCE) {
                waiting.addLast(task);
                return;
            }
            running++;
        }
        boolean accepted = false;
        try {
            start(task);
            accepted = true;
        } finally {
            if (!accepted) {
                leave();
            }
        }
    }

    private synchronized void leave() {
        running--;
    }

    private void start(Runnable task) {
        threads.execute(() -> {
            try {
                task.run();
            } finally {
                startNext();
            }
        });
    }

    private void startNext() {
        Runnable task = next();
        while (task != null) {
            try {
                start(task);
                return;
            } catch (RejectedExecutionException e) {
                task.run(); // the threads stop: the task sees to its end
                task = next();
            }
        }
    }

    /** Takes the next task; null if there is none, which leaves its place to others. */
    private synchronized Runnable next() {
        Runnable task = waiting.pollFirst();
        if (task == null) {
            running--;
        }
        return task;
    }
}
