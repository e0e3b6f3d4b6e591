package io.datahub.auth;

import io.datahub.api.net.IpAddress;
import io.datahub.api.user.Origin;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Map;
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
 * Looks for tokens of other hubs, which blocks, on threads of its own; what is too much, in total or from one address, is
 * refused. IPv6 addresses are counted by their 64-bit network. The threads end when they aren't needed. Thread-safe.
 */
final class TokenLookups implements AutoCloseable {

    static final int MAX_PER_ADDRESS = 100;
    static final int MAX_PER_SHARED_ADDRESS = 500;
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
    private final Map<InetAddress, Integer> counts = new ConcurrentHashMap<>(); // of pending look-ups

    TokenLookups() {
        executor.allowCoreThreadTimeOut(true);
    }

    /** Looks for a token. */
    @FunctionalInterface
    interface Lookup {
        void run() throws IOException;
    }

    /**
     * Completes when a token has been looked for; exceptionally if that failed, or there are too many, or it stops.
     *
     * @param origin who presents the token
     * @param isDelayed whether failures from this origin are being delayed: it may have one look-up at a time
     */
    CompletionStage<Void> start(Origin origin, boolean isDelayed, Lookup lookup) {
        InetAddress address = IpAddress.network(origin.address());
        if (!reserve(address, limit(origin, isDelayed))) {
            return CompletableFuture.failedFuture(
                    new RejectedExecutionException("too many tokens from this address are being looked for"));
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        Runnable stop = () -> done.completeExceptionally(new CancellationException("authentication is stopping"));
        pending.add(stop);
        CompletionStage<Void> ended = done.whenComplete((nothing, failure) -> {
            pending.remove(stop);
            counts.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
        });
        try {
            executor.execute(() -> run(lookup, done));
        } catch (RejectedExecutionException e) {
            done.completeExceptionally(e);
        }
        return ended;
    }

    private static int limit(Origin origin, boolean isDelayed) {
        if (isDelayed) {
            return 1;
        }
        return origin.shared() ? MAX_PER_SHARED_ADDRESS : MAX_PER_ADDRESS;
    }

    private boolean reserve(InetAddress address, int limit) {
        boolean[] reserved = new boolean[1];
        counts.compute(address, (key, count) -> {
            int before = count == null ? 0 : count;
            reserved[0] = before < limit;
            return reserved[0] ? Integer.valueOf(before + 1) : count;
        });
        return reserved[0];
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
