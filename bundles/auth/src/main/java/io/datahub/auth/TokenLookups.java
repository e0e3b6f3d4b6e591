package io.datahub.auth;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Looks for tokens of other hubs, which blocks, on threads of its own; what is too much is refused. The threads end when
 * they aren't needed. Thread-safe.
 */
final class TokenLookups implements AutoCloseable {

    private static final int THREADS = 2;
    private static final int MAX_WAITING = 1_000;
    private static final long IDLE_SECONDS = 30;

    private final ThreadPoolExecutor executor = new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING),
            task -> new Thread(task, "datahub-auth-lookup"));
    private final Set<Runnable> pending = ConcurrentHashMap.newKeySet(); // each ends a look-up

    TokenLookups() {
        executor.allowCoreThreadTimeOut(true);
    }

    /** Looks for a token. */
    @FunctionalInterface
    interface Lookup {
        void run() throws IOException;
    }

    /** Completes when a token has been looked for; exceptionally if that failed, or there are too many, or it stops. */
    CompletionStage<Void> start(Lookup lookup) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Runnable stop = () -> done.completeExceptionally(new CancellationException("authentication is stopping"));
        pending.add(stop);
        try {
            executor.execute(() -> run(lookup, done));
        } catch (RejectedExecutionException e) {
            done.completeExceptionally(e);
        }
        return done.whenComplete((nothing, failure) -> pending.remove(stop));
    }

    private static void run(Lookup lookup, CompletableFuture<Void> done) {
        try {
            lookup.run();
            done.complete(null);
        } catch (IOException | RuntimeException e) {
            done.completeExceptionally(e);
        }
    }

    /** Looks for no more tokens, and answers who is waiting. */
    @Override
    public void close() {
        executor.shutdownNow();
        pending.forEach(Runnable::run);
    }
}
