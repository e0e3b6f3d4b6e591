package io.datahub.auth.external;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.log.LogText;
import io.datahub.api.user.CredentialVerifier;
import io.datahub.api.user.CredentialVerifier.Verified;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Origin;
import io.datahub.api.user.TrustRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The verifiers of credentials that the hub doesn't verify itself. Bounds how long and for how many verifications it
 * waits, and turns whatever a verifier does into an answer. Thread-safe; never blocks.
 */
public final class ExternalVerifiers {

    private static final Logger LOG = LoggerFactory.getLogger(ExternalVerifiers.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
    private static final long MAX_SECONDS = 10;
    private static final int MAX_LABEL = 100;
    private static final Pattern KIND = Pattern.compile("[a-z0-9-]{1,32}");
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private final ScheduledExecutorService executor;
    private final Duration grace;
    private final Runnable ended;
    private final PendingVerifications limit = new PendingVerifications();
    private final Map<String, Object> unhandled = new ConcurrentHashMap<>(); // kinds in their grace period
    private final Set<Runnable> pending = ConcurrentHashMap.newKeySet(); // each ends a verification
    private volatile List<Registered> registered = List.of(); // written under this; the highest ranking first
    private List<TrustRule> rules = List.of(); // guarded by this
    private volatile boolean closed;

    private record Registered(CredentialVerifier verifier, Set<String> kinds, int ranking) {}

    /**
     * Creates an instance without verifiers.
     *
     * @param executor ends verifications that take too long
     * @param grace for how long logins outlive the last verifier of their kind, so that it can be updated
     * @param ended called when that has passed
     */
    public ExternalVerifiers(ScheduledExecutorService executor, Duration grace, Runnable ended) {
        this.executor = executor;
        this.grace = grace;
        this.ended = ended;
    }

    /** Adds a verifier with its service properties. Kinds that aren't well-formed are left out. */
    public synchronized void add(CredentialVerifier verifier, Map<String, ?> properties) {
        Object kinds = properties.get(CredentialVerifier.KIND);
        int ranking = properties.get("service.ranking") instanceof Integer rank ? rank : 0;
        Set<String> named = (kinds instanceof String[] several ? Stream.of(several) : Stream.of(String.valueOf(kinds)))
                .filter(KIND.asMatchPredicate())
                .collect(Collectors.toUnmodifiableSet());
        List<Registered> more = new ArrayList<>(registered);
        more.add(new Registered(verifier, named, ranking));
        more.sort(Comparator.comparing(Registered::ranking).reversed());
        registered = List.copyOf(more);
        unhandled.keySet().removeAll(named);
        passRules(verifier, rules);
        LOG.info("event=auth.verifier.added verifier={} kinds={}", name(verifier), LogText.quoted(named));
    }

    /** Removes a verifier. Logins of kinds that nobody verifies any more end after the grace period. */
    public synchronized void remove(CredentialVerifier verifier) {
        Set<String> kinds = registered.stream()
                .filter(each -> each.verifier() == verifier)
                .flatMap(each -> each.kinds().stream())
                .collect(Collectors.toSet());
        registered =
                registered.stream().filter(each -> each.verifier() != verifier).toList();
        kinds.stream().filter(kind -> !handles(kind)).forEach(this::endLater);
        LOG.info("event=auth.verifier.removed verifier={}", name(verifier));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // doesn't throw, and ends with the executor
    private void endLater(String kind) {
        Object removal = new Object();
        unhandled.put(kind, removal);
        executor.schedule(
                () -> {
                    if (unhandled.remove(kind, removal)) {
                        ended.run();
                    }
                },
                grace.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /** Whether logins of this kind last: somebody verifies it, or did so a short time ago. */
    public boolean keeps(String kind) {
        return handles(kind) || unhandled.containsKey(kind);
    }

    /** Passes the rules to all verifiers, if they have changed. */
    public synchronized void trustRules(List<TrustRule> present) {
        if (!present.equals(rules)) {
            rules = present;
            registered.forEach(each -> passRules(each.verifier(), present));
        }
    }

    private static void passRules(CredentialVerifier verifier, List<TrustRule> present) {
        try {
            verifier.trustRules(present);
        } catch (RuntimeException e) {
            LOG.error("event=auth.verifier.failed verifier={}", name(verifier), e);
        }
    }

    private static String name(CredentialVerifier verifier) {
        return verifier.getClass().getName();
    }

    /** Whether there is a verifier for this kind. */
    public boolean handles(String kind) {
        for (Registered each : registered) {
            if (each.kinds().contains(kind)) {
                return true;
            }
        }
        return false;
    }

    /** Asks the verifiers of the kind; never completed exceptionally. */
    public CompletionStage<Result<Verified>> verify(Credentials credentials, Origin origin) {
        List<CredentialVerifier> asked = registered.stream()
                .filter(each -> each.kinds().contains(credentials.kind()))
                .map(Registered::verifier)
                .toList();
        if (closed || !limit.begin(origin)) {
            return CompletableFuture.completedFuture(unavailable("too many logins are being verified"));
        }
        CompletableFuture<Result<Verified>> answer = new CompletableFuture<>();
        CompletionStage<Result<Verified>> answered = answer;
        answered.whenComplete((result, failure) -> limit.end(origin));
        ask(asked.iterator(), credentials, Result.refused(Reason.UNAUTHENTICATED, "unknown"), answer);
        if (!answer.isDone()) {
            await(answer);
        }
        return answer;
    }

    private void await(CompletableFuture<Result<Verified>> answer) {
        Runnable stop = () -> answer.complete(unavailable("authentication is stopping"));
        pending.add(stop);
        Future<?> timeLimit = executor.schedule(
                () -> answer.complete(unavailable("the verifier didn't answer in time")),
                MAX_SECONDS,
                TimeUnit.SECONDS);
        CompletionStage<Result<Verified>> answered = answer;
        answered.whenComplete((result, failure) -> {
            pending.remove(stop);
            timeLimit.cancel(false);
        });
        if (closed) {
            stop.run();
        }
    }

    /**
     * Asks one verifier after another until one doesn't refuse.
     *
     * @param before the answer if there are no more
     */
    private static void ask(
            Iterator<CredentialVerifier> others,
            Credentials credentials,
            Result<Verified> before,
            CompletableFuture<Result<Verified>> answer) {
        if (!others.hasNext() || answer.isDone()) {
            answer.complete(before);
            return;
        }
        CredentialVerifier verifier = others.next();
        ask(verifier, credentials).whenComplete((given, failure) -> {
            Result<Verified> result = failure == null && isValid(given) ? given : failed(verifier, failure);
            if (result.isRefused()) {
                ask(others, credentials, isUnavailable(before) ? before : result, answer);
            } else {
                answer.complete(result);
            }
        });
    }

    private static CompletionStage<Result<Verified>> ask(CredentialVerifier verifier, Credentials credentials) {
        try {
            CompletionStage<Result<Verified>> stage = verifier.verify(credentials);
            return stage == null ? CompletableFuture.failedFuture(new NullPointerException("no answer")) : stage;
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static boolean isValid(Result<Verified> result) {
        return result != null && (result.isRefused() || isValid(result.get()));
    }

    /** Verifiers are third-party code, so any field may be missing. */
    private static boolean isValid(Verified verified) {
        return verified.user() != null
                && verified.id() != null
                && ID.matcher(verified.id()).matches()
                && verified.label() != null
                && verified.label().length() <= MAX_LABEL
                && verified.label().chars().noneMatch(Character::isISOControl)
                && verified.expires() != null
                && verified.rule() != null;
    }

    private static boolean isUnavailable(Result<Verified> result) {
        return result.refusal()
                .filter(refusal -> refusal.reason() == Reason.UNAVAILABLE)
                .isPresent();
    }

    private static Result<Verified> failed(CredentialVerifier verifier, Throwable failure) {
        LOG.error(
                "event=auth.verifier.failed verifier={}",
                name(verifier),
                failure == null ? new IllegalStateException("it gave an invalid answer") : failure);
        return unavailable("the verifier failed");
    }

    private static Result<Verified> unavailable(String detail) {
        return Result.refused(Refusal.unavailable(detail, RETRY_AFTER));
    }

    /** Refuses what is being verified as unavailable, and everything after. */
    public void close() {
        closed = true;
        pending.forEach(Runnable::run);
    }
}
