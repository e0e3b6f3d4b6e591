package io.datahub.ssh;

import io.datahub.ssh.session.CommandThreads;
import java.util.concurrent.Executor;
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

    private static final int MAX_LOGIN_THREADS = 4;

    /** A user may run one of so many commands. */
    private static final int USERS_SHARE = 4;

    private final ThreadPoolExecutor workers;
    private final ThreadPoolExecutor logins;
    private final ThreadPoolExecutor commands;
    private final CommandThreads commandThreads;

    Workers(int maxCommands) {
        workers = newPool(MAX_WORKERS, "datahub-ssh-worker-");
        logins = newPool(MAX_LOGIN_THREADS, "datahub-ssh-login-");
        commands = new ThreadPoolExecutor(
                0,
                maxCommands,
                KEEP_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                threads("datahub-ssh-command-"));
        commandThreads = new CommandThreads(commands, Math.max(1, maxCommands / USERS_SHARE));
    }

    private static ThreadPoolExecutor newPool(int max, String prefix) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                max, max, KEEP_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads(prefix));
        pool.allowCoreThreadTimeOut(true);
        return pool;
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

    CommandThreads commands() {
        return commandThreads;
    }

    /** For logins only, which nothing that clients do after them delays. */
    Executor logins() {
        return logins;
    }

    /** The number of commands that run. */
    int running() {
        return commands.getActiveCount();
    }

    @Override
    public void close() {
        commands.shutdown(); // they end when their streams do
        workers.shutdown();
        logins.shutdown();
    }
}
