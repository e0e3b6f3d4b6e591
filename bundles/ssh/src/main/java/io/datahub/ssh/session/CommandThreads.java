package io.datahub.ssh.session;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Runs commands with blocking streams, each on a thread of its own until it ends. Their number is limited, in total and
 * per user, so that one user can't keep the others from running any. Thread-safe.
 */
public final class CommandThreads {

    private final Executor threads;
    private final int maxPerUser;

    /** The number of commands by user; guarded by itself. */
    private final Map<String, Integer> running = new HashMap<>();

    /**
     * Creates the only one of an endpoint.
     *
     * @param threads runs each command on a thread of its own; rejects them if there are too many
     * @param maxPerUser the maximum number of commands of one user
     */
    public CommandThreads(Executor threads, int maxPerUser) {
        this.threads = threads;
        this.maxPerUser = maxPerUser;
    }

    /**
     * Runs a command.
     *
     * @param user the user's name
     * @throws RejectedExecutionException if there are too many commands, or the endpoint stops
     */
    void run(String user, Runnable command) {
        synchronized (running) {
            if (running.getOrDefault(user, 0) >= maxPerUser) {
                throw new RejectedExecutionException("the user runs " + maxPerUser + " commands");
            }
            running.merge(user, 1, Integer::sum);
        }
        boolean accepted = false;
        try {
            threads.execute(() -> {
                try {
                    command.run();
                } finally {
                    ended(user);
                }
            });
            accepted = true;
        } finally {
            if (!accepted) {
                ended(user);
            }
        }
    }

    private void ended(String user) {
        synchronized (running) {
            running.computeIfPresent(user, (name, count) -> count > 1 ? count - 1 : null);
        }
    }
}
