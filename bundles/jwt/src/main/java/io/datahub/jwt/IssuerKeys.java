package io.datahub.jwt;

import com.nimbusds.jose.jwk.JWK;
import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.log.FailureText;
import io.datahub.api.log.LogText;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of one issuer, kept in memory. They are fetched in the background: at once, then regularly, and when a JWT
 * names a key that isn't there, since issuers change their keys; the last not too often, since anybody can make up names.
 * While the issuer can't be reached, the keys of the last time are used for a limited time. Thread-safe; never blocks.
 */
final class IssuerKeys {

    private static final Logger LOG = LoggerFactory.getLogger(IssuerKeys.class);
    private static final long MIN_BACKOFF_MILLIS = 1_000;
    private static final long MAX_BACKOFF_MILLIS = 300_000;

    private final String issuer;
    private final KeySource source;
    private final KeyTimes times;
    private final ScheduledExecutorService executor;
    private final LongSupplier nanoTime;
    private final FetchCounts counts;

    // guarded by this
    private Optional<KeySet> keys = Optional.empty();
    private String problem = "they haven't been fetched yet";
    private long fetched; // nanoTime of the last success
    private long asked; // nanoTime of the last fetch because of a JWT
    private boolean hasAsked;
    private long backoffMillis = MIN_BACKOFF_MILLIS;
    private CompletableFuture<Void> running; // null if there is none
    private Future<?> next; // null before the first
    private boolean closed;

    /** How often the keys of an issuer are fetched, and for how long they are used, in milliseconds. */
    record KeyTimes(long refreshMillis, long unknownKeyMillis, long maxStaleMillis) {}

    /** How many fetches succeeded and failed. */
    record FetchCounts(LongAdder done, LongAdder failed) {}

    IssuerKeys(
            String issuer,
            KeySource source,
            KeyTimes times,
            ScheduledExecutorService executor,
            LongSupplier nanoTime,
            FetchCounts counts) {
        this.issuer = issuer;
        this.source = source;
        this.times = times;
        this.executor = executor;
        this.nanoTime = nanoTime;
        this.counts = counts;
    }

    /** Fetches the keys now, and regularly from then on. */
    @SuppressWarnings("FutureReturnValueIgnored") // never completed exceptionally
    void start() {
        fetch();
    }

    /** Fetches no more. */
    synchronized void close() {
        closed = true;
        keys = Optional.empty();
        if (next != null) {
            next.cancel(false);
        }
    }

    /** The number of keys that are in use. */
    synchronized int size() {
        return current().map(set -> set.keys().size()).orElse(0);
    }

    /** Why its keys can't be used, or are those of an earlier time; empty if all is well. */
    synchronized Optional<String> problem() {
        return problem.isEmpty() ? Optional.empty() : Optional.of(problem);
    }

    /** Verifies the signature of a token. */
    CompletionStage<Result<SignedToken>> verify(SignedToken token) {
        Optional<Result<SignedToken>> known = check(token);
        if (known.isPresent()) {
            return CompletableFuture.completedFuture(known.get());
        }
        Optional<CompletableFuture<Void>> fetch = ask();
        return fetch.<CompletionStage<Result<SignedToken>>>map(
                        done -> done.thenApply(nothing -> check(token).orElseGet(this::unknown)))
                .orElseGet(() -> CompletableFuture.completedFuture(unknown()));
    }

    /** The result, unless other keys could give another one. */
    private Optional<Result<SignedToken>> check(SignedToken token) {
        Optional<KeySet> present;
        synchronized (this) {
            present = current();
        }
        if (present.isEmpty()) {
            return Optional.empty();
        }
        var fitting = present.get().fitting(token);
        for (JWK key : fitting) {
            if (token.isSignedBy(key)) {
                return Optional.of(Result.done(token));
            }
        }
        return fitting.isEmpty() || token.keyId().isEmpty()
                ? Optional.empty()
                : Optional.of(Result.refused(Reason.UNAUTHENTICATED, "its signature is wrong"));
    }

    private Optional<KeySet> current() {
        boolean isStale = nanoTime.getAsLong() - fetched > TimeUnit.MILLISECONDS.toNanos(times.maxStaleMillis());
        return keys.filter(set -> !isStale);
    }

    private synchronized Result<SignedToken> unknown() {
        return current().isPresent()
                ? Result.refused(Reason.UNAUTHENTICATED, "its issuer has no such key")
                : Result.refused(Refusal.unavailable(
                        "the keys of its issuer can't be fetched: " + problem, Duration.ofSeconds(5)));
    }

    /** Fetches the keys because of a token; empty if that was done a short time ago. */
    private synchronized Optional<CompletableFuture<Void>> ask() {
        if (running != null) {
            return Optional.of(running);
        }
        long pause = current().isPresent()
                ? times.unknownKeyMillis()
                : Math.min(times.unknownKeyMillis(), MIN_BACKOFF_MILLIS);
        long now = nanoTime.getAsLong();
        if (closed || (hasAsked && now - asked < TimeUnit.MILLISECONDS.toNanos(pause))) {
            return Optional.empty();
        }
        hasAsked = true;
        asked = now;
        return Optional.of(fetch());
    }

    private synchronized CompletableFuture<Void> fetch() {
        if (running != null || closed) {
            return running == null ? CompletableFuture.completedFuture(null) : running;
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        running = done;
        CompletionStage<KeySet> fetching;
        try {
            fetching = source.fetch();
        } catch (RuntimeException e) {
            fetching = CompletableFuture.failedFuture(e);
        }
        fetching.whenComplete((set, failure) -> {
            ended(set, failure);
            done.complete(null);
        });
        return done;
    }

    private synchronized void ended(KeySet set, Throwable failure) {
        running = null;
        if (closed) {
            return;
        }
        String before = problem;
        if (failure == null) {
            counts.done().increment();
            boolean isNew = !keys.equals(Optional.of(set));
            keys = Optional.of(set);
            fetched = nanoTime.getAsLong();
            problem = set.keys().isEmpty() ? "its issuer publishes no key that can be used" : "";
            backoffMillis = MIN_BACKOFF_MILLIS;
            if (isNew || !before.isEmpty()) {
                LOG.info(
                        "event=jwt.keys.fetched issuer={} keys={}",
                        LogText.quoted(issuer),
                        set.keys().size());
            }
        } else {
            counts.failed().increment();
            problem = FailureText.of(failure);
            if (!problem.equals(before)) {
                LOG.warn(
                        "event=jwt.keys.failed issuer={} reason={} remedy=\"check that the hub can reach the issuer, or"
                                + " name a file of its keys by jwks in broker_users.xml\"",
                        LogText.quoted(issuer),
                        LogText.quoted(problem));
            }
        }
        schedule(failure == null);
    }

    private void schedule(boolean isDone) {
        long refresh = times.refreshMillis();
        long millis = isDone
                ? refresh - ThreadLocalRandom.current().nextLong(refresh / 10 + 1)
                : Math.min(backoffMillis, refresh);
        backoffMillis = isDone ? MIN_BACKOFF_MILLIS : Math.min(2 * backoffMillis, MAX_BACKOFF_MILLIS);
        if (next != null) {
            next.cancel(false);
        }
        next = executor.schedule(this::start, millis, TimeUnit.MILLISECONDS);
    }
}
