package io.datahub.jwt;

import io.datahub.api.Home;
import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.Sha256;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.log.FailureText;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import io.datahub.api.secret.Authorities;
import io.datahub.api.user.CredentialVerifier;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.TrustRule;
import io.datahub.jwt.IssuerKeys.FetchCounts;
import io.datahub.jwt.IssuerKeys.KeyTimes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The component that verifies JWTs: first whether a trust rule would accept one, which costs nothing, then its signature
 * by the keys of the issuer. Thread-safe; never blocks.
 */
@Component(
        name = "io.datahub.jwt",
        service = {JwtVerifier.class, CredentialVerifier.class, HealthCheck.class, MetricSource.class},
        property = {
            CredentialVerifier.KIND + "=" + Credentials.ExternalToken.KIND,
            HealthCheck.NAME + "=jwt",
            MetricSource.COMPONENT + "=jwt"
        })
@Designate(ocd = JwtConfiguration.class)
public final class JwtVerifier implements CredentialVerifier, HealthCheck, MetricSource {

    private static final Logger LOG = LoggerFactory.getLogger(JwtVerifier.class);
    private static final int THREADS = 2;
    private static final int MAX_LABEL = 100;

    /** How many issuers with a problem the health names. */
    private static final int MAX_SHOWN = 10;

    private static final int ID_DIGITS = 32;
    private static final long FILE_MILLIS = 10_000;

    private final Path files;
    private final Clock clock;
    private final int clockSkewSeconds;
    private final KeyTimes times;
    private final ScheduledThreadPoolExecutor executor;
    private final IssuerClient client;
    private final FetchCounts fetches = new FetchCounts(new LongAdder(), new LongAdder());
    private final LongAdder accepted = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder unavailable = new LongAdder();
    private volatile State state;

    /** Where the keys for a rule are. */
    private record Place(String issuer, Optional<String> jwks) {
        static Place of(TrustRule rule) {
            return new Place(rule.issuer(), rule.jwks());
        }
    }

    /** What is in effect. */
    private record State(TrustedIssuers issuers, Map<Place, IssuerKeys> keys) {}

    /** @throws IllegalArgumentException if the authorities can't be read */
    @Activate
    public JwtVerifier(JwtConfiguration configuration, @Reference Home home) {
        this(configuration, home, Clock.systemUTC());
    }

    JwtVerifier(JwtConfiguration configuration, Home home, Clock clock) {
        this.clock = clock;
        files = home.root().resolve("etc");
        clockSkewSeconds = configuration.clockSkewSeconds();
        times = new KeyTimes(
                configuration.refreshMillis(), configuration.unknownKeyMillis(), configuration.maxStaleMillis());
        executor = executor();
        client = new IssuerClient(tls(configuration.authorities(), home), executor, configuration.fetchMillis());
        state = new State(new TrustedIssuers(List.of(), clockSkewSeconds), Map.of());
        LOG.info(
                "event=jwt.started clockSkewSeconds={} refreshMillis={} unknownKeyMillis={} maxStaleMillis={}"
                        + " fetchMillis={}",
                clockSkewSeconds,
                times.refreshMillis(),
                times.unknownKeyMillis(),
                times.maxStaleMillis(),
                configuration.fetchMillis());
    }

    private static ScheduledThreadPoolExecutor executor() {
        AtomicInteger number = new AtomicInteger();
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(
                THREADS, task -> new Thread(task, "datahub-jwt-" + number.incrementAndGet()));
        executor.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy()); // only after shutdown
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }

    @Deactivate
    void deactivate() {
        state.keys().values().forEach(IssuerKeys::close);
        executor.shutdownNow();
        LOG.info("event=jwt.stopped");
    }

    private static SSLContext tls(String authorities, Home home) {
        try {
            String file = authorities.strip();
            return Authorities.trusting(
                    file.isEmpty() ? Optional.empty() : Optional.of(home.root().resolve(file)));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "authorities: " + authorities + " can't be read: " + FailureText.of(e), e);
        }
    }

    /** Sends requests to issuers; trusts the configured authorities. */
    IssuerClient client() {
        return client;
    }

    @Override
    public synchronized void trustRules(List<TrustRule> rules) {
        Map<Place, IssuerKeys> before = state.keys();
        Map<Place, IssuerKeys> after = new HashMap<>();
        for (TrustRule rule : rules) {
            Place place = Place.of(rule);
            if (!after.containsKey(place)) {
                after.put(place, before.containsKey(place) ? before.get(place) : fetched(place));
            }
        }
        state = new State(new TrustedIssuers(rules, clockSkewSeconds), Map.copyOf(after));
        before.forEach((place, keys) -> {
            if (!after.containsKey(place)) {
                keys.close();
            }
        });
    }

    private IssuerKeys fetched(Place place) {
        boolean isFile =
                place.jwks().filter(keys -> !keys.startsWith("https://")).isPresent();
        KeySource source = isFile
                ? new KeyFile(files.resolve(place.jwks().orElseThrow()), executor)
                : new PublishedKeys(client, place.issuer(), place.jwks());
        KeyTimes often = isFile ? new KeyTimes(FILE_MILLIS, FILE_MILLIS, times.maxStaleMillis()) : times;
        IssuerKeys keys = new IssuerKeys(place.issuer(), source, often, executor, System::nanoTime, fetches);
        keys.start();
        return keys;
    }

    @Override
    public CompletionStage<Result<Verified>> verify(Credentials credentials) {
        if (!(credentials instanceof Credentials.ExternalToken token)) {
            return CompletableFuture.completedFuture(Result.refused(Reason.UNAUTHENTICATED, "it isn't a JWT"));
        }
        return verify(token).thenApply(this::counted);
    }

    private CompletionStage<Result<Verified>> verify(Credentials.ExternalToken token) {
        State current = state;
        SignedToken parsed;
        Result<TrustRule> rule;
        try {
            parsed = SignedToken.parse(token.token());
            rule = current.issuers().match(parsed.claims(), token.user(), clock.instant());
        } catch (IllegalArgumentException e) {
            return CompletableFuture.completedFuture(
                    Result.refused(Reason.UNAUTHENTICATED, "the JWT can't be used: " + e.getMessage()));
        }
        if (rule.isRefused()) {
            return CompletableFuture.completedFuture(
                    Result.refused(rule.refusal().orElseThrow()));
        }
        return current.keys()
                .get(Place.of(rule.get()))
                .verify(parsed)
                .thenApply(signed ->
                        signed.then(valid -> Result.done(verified(current.issuers(), valid.claims(), rule.get()))));
    }

    private static Verified verified(TrustedIssuers issuers, Claims claims, TrustRule rule) {
        String subject = claims.text("sub").orElse("");
        String id = Sha256.hex((rule.issuer() + " " + subject).getBytes(StandardCharsets.UTF_8))
                .substring(0, ID_DIGITS);
        String label = subject.codePoints()
                .filter(c -> !Character.isISOControl(c))
                .limit(MAX_LABEL / 2)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return new Verified(
                rule.user(), id, label, issuers.end(claims.time("exp").orElseThrow()), Optional.of(rule));
    }

    private Result<Verified> counted(Result<Verified> result) {
        boolean isUnavailable = result.refusal()
                .filter(refusal -> refusal.reason() == Reason.UNAVAILABLE)
                .isPresent();
        (isUnavailable ? unavailable : result.isRefused() ? refused : accepted).increment();
        return result;
    }

    @Override
    public Health check() {
        List<String> problems = state.keys().entrySet().stream()
                .flatMap(entry -> entry.getValue().problem().stream()
                        .map(problem -> "the keys of " + entry.getKey().issuer() + ": " + problem))
                .toList();
        return problems.isEmpty()
                ? Health.ready(state.keys().size() + " issuers")
                : Health.degraded(problems.size() + " of " + state.keys().size()
                        + " issuers can't be verified or only by keys of an earlier time; "
                        + problems.stream().limit(MAX_SHOWN).collect(Collectors.joining("; "))
                        + (problems.size() > MAX_SHOWN ? "; …" : ""));
    }

    @Override
    public void report(MetricReport report) {
        verifications(report, "accepted", accepted);
        verifications(report, "refused", refused);
        verifications(report, "unavailable", unavailable);
        fetches(report, "done", fetches.done());
        fetches(report, "failed", fetches.failed());
        report.gauge(
                "datahub_jwt_keys",
                "Keys of issuers that JWTs are verified with",
                state.keys().values().stream().mapToInt(IssuerKeys::size).sum());
    }

    private static void verifications(MetricReport report, String result, LongAdder count) {
        report.counter("datahub_jwt_verifications_total", "JWTs that were verified", count.sum(), "result", result);
    }

    private static void fetches(MetricReport report, String result, LongAdder count) {
        report.counter(
                "datahub_jwt_key_fetches_total", "Fetches of the keys of issuers", count.sum(), "result", result);
    }
}
