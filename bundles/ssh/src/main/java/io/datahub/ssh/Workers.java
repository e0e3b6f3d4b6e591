package io.datahub.ssh;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads that run what blocks. */
final class Workers implements AutoCloseable {

    private static final int MAX_WORKERS = 32;
    private static final long KEEP_SECONDS = 30;

    private final ThreadPoolExecutor workers;
    private final ThreadPoolExecutor commands;

    Workers(int maxCommands) {
        workers = new ThreadPoolExecutor(
                MAX_WORKERS,
                MAX_WORKERS,
                KEEP_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                threads("datahub-ssh-worker-"));
        workers.allowCoreThreadTimeOut(true);
        commands = new ThreadPoolExecutor(
                0,
                maxCommands,
                KEEP_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                threads("datahub-ssh-command-"));
    }

    private static ThreadFactory threads(String prefix) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    ExecutorService workers() {
        return workers;
    }

    ExecutorService commands() {
        return commands;
    }

    /** The number of commands that run. */
    int running() {
        return commands.getActiveCount();
    }

    @Override
    public void close() {
        commands.shutdown(); // they end when their streams do
        workers.shutdown();
    }
}
