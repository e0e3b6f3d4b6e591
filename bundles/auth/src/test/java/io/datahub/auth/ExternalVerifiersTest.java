package io.datahub.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.user.CredentialVerifier;
import io.datahub.api.user.CredentialVerifier.Verified;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.TrustRule;
import io.datahub.auth.external.ExternalVerifiers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Logins that a verifier of another bundle decides on. */
@Timeout(60)
class ExternalVerifiersTest {

    static final String JWT = "eyJhbGciOiJSUzI1NiJ9." + "eyJpc3MiOiJ4In0".repeat(100) + ".c2ln";
    private static final Map<String, ?> FOR_JWT = Map.of(CredentialVerifier.KIND, Credentials.ExternalToken.KIND);
    private static final Origin HERE = Samples.from("127.0.0.1");
    private static final Origin THERE = Samples.from("192.0.2.1");
    private static final String TRUST = "<trust issuer='https://ci.example.org' audience='datahub'>"
            + "<claim name='repository' equals='acme/app'/></trust>";

    @TempDir
    private Path home;

    private final List<TrustRule> rules = new CopyOnWriteArrayList<>();
    private final List<Credentials> asked = new CopyOnWriteArrayList<>();
    private FolderStore store;
    private Auth auth;

    @BeforeEach
    void start() throws Exception {
        store = new FolderStore(home);
        store.put(Samples.users("<user name='ci'>" + TRUST + "</user><user name='ops' roles='admin'/>"));
        UsersRecordListener changes = new UsersRecordListener();
        store.listener(changes);
        auth = new Auth(Settings.DEFAULT, store, store, changes, Optional.empty(), Clock.systemUTC(), name -> null);
    }

    @AfterEach
    void stop() throws Exception {
        auth.deactivate();
    }

    private CredentialVerifier verifier(Function<Credentials, CompletionStage<Result<Verified>>> answer) {
        CredentialVerifier verifier = new CredentialVerifier() {
            @Override
            public CompletionStage<Result<Verified>> verify(Credentials credentials) {
                asked.add(credentials);
                return answer.apply(credentials);
            }

            @Override
            public void trustRules(List<TrustRule> present) {
                rules.clear();
                rules.addAll(present);
            }
        };
        auth.addVerifier(verifier, FOR_JWT);
        return verifier;
    }

    private static CompletionStage<Result<Verified>> now(Result<Verified> result) {
        return CompletableFuture.completedFuture(result);
    }

    private static Instant soon() {
        return Instant.now().plus(10, ChronoUnit.MINUTES);
    }

    private Result<Verified> byRule() {
        return Result.done(new Verified("ci", "run-17", "acme/app run 17", soon(), Optional.of(rules.get(0))));
    }

    private CompletableFuture<Result<Login>> authenticate(Credentials credentials) {
        return auth.authenticator().authenticate(credentials, THERE).toCompletableFuture();
    }

    private Reason refused(CompletableFuture<Result<Login>> result) {
        return result.join().refusal().orElseThrow().reason();
    }

    @Test
    void shouldAcceptATokenThatMatchesATrustRule() {
        verifier(credentials -> now(byRule()));

        Login login = authenticate(Samples.bearer(JWT)).join().get();

        assertThat(login.user().name()).isEqualTo("ci");
        assertThat(login.label()).contains("acme/app run 17");
        assertThat(login.expires()).isPresent();
        assertThat(auth.authenticator().renew(login)).isPresent();
        assertThat(auth.registry().credential(login).orElseThrow().kind()).isEqualTo("trust");
        assertThat(((Credentials.ExternalToken) asked.get(0)).token()).isEqualTo(JWT);
        assertThat(rules).singleElement().satisfies(rule -> {
            assertThat(rule.user()).isEqualTo("ci");
            assertThat(rule.claims()).containsEntry("repository", "acme/app");
        });
    }

    @Test
    void shouldEndALoginWithItsRule() throws Exception {
        verifier(credentials -> now(byRule()));
        Login login = authenticate(Samples.bearer(JWT)).join().get();

        store.put(Samples.users("<user name='ci'/>"));

        assertThat(auth.authenticator().renew(login)).isEmpty();
        assertThat(rules).isEmpty();
    }

    @Test
    void shouldEndALoginThatExpires() {
        Instant end = Instant.now().plus(500, ChronoUnit.MILLIS);
        verifier(credentials -> now(Result.done(new Verified("ci", "a", "", end, Optional.empty()))));
        List<Instant> told = new CopyOnWriteArrayList<>();
        Login login = authenticate(Samples.bearer(JWT)).join().get();
        auth.addListener(authenticator -> told.add(Instant.now()));

        await().until(() -> told.size() == 2);

        assertThat(told.get(1)).isAfterOrEqualTo(end);
        assertThat(auth.authenticator().renew(login)).isEmpty();
    }

    @Test
    void shouldLimitTheDurationOfALogin() {
        verifier(credentials -> now(Result.done(new Verified("ci", "a", "", Instant.MAX, Optional.empty()))));
        Instant before = Instant.now();

        Login login = authenticate(Samples.bearer(JWT)).join().get();

        Instant end = login.expires().orElseThrow();
        assertThat(end.minusMillis(Settings.DEFAULT.maxExternalLoginMillis())).isBetween(before, Instant.now());
        assertThat(auth.authenticator().renew(login)).isPresent();
    }

    @Test
    void shouldApplyTheRulesForUsersWhoeverVerifies() throws Exception {
        String[] user = {"ops"};
        verifier(credentials -> now(Result.done(new Verified(user[0], "a", "", soon(), Optional.empty()))));

        assertThat(refused(authenticate(Samples.bearer(JWT)))).isEqualTo(Reason.FORBIDDEN);
        user[0] = "nobody";
        assertThat(refused(authenticate(Samples.bearer(JWT)))).isEqualTo(Reason.UNAUTHENTICATED);
        user[0] = "ci";
        assertThat(refused(authenticate(Samples.basic("ops", JWT)))).isEqualTo(Reason.UNAUTHENTICATED);
        assertThat(authenticate(Samples.basic("ci", JWT)).join().isRefused()).isFalse();
        store.put(Samples.users("<user name='ci' disabled='true'/>"));
        assertThat(refused(authenticate(Samples.bearer(JWT)))).isEqualTo(Reason.UNAUTHENTICATED);
    }

    @Test
    void shouldCountRefusalsAndWriteTheReasonToTheAuditLogOnly() {
        verifier(credentials -> now(Result.refused(Reason.UNAUTHENTICATED, "the audience is another")));
        try (AuditLines log = new AuditLines("io.datahub.audit")) {
            Refusal refusal = null;
            for (int i = 0; i < 10; i++) {
                refusal = authenticate(Samples.bearer(JWT)).join().refusal().orElseThrow();
            }

            assertThat(refusal.detail()).doesNotContain("audience");
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .contains("the audience is another")
                    .doesNotContain(JWT);
            assertThat(auth.authenticator().failureDelay(THERE)).isPositive();
        }
    }

    @Test
    void shouldAskNobodyAboutWhatIsNoJwt() {
        verifier(credentials -> now(byRule()));

        for (String token : List.of("x".repeat(256), "dh_unknown", "eyJ.only-two", "eyJ.a.b.c", "x".repeat(20_000))) {
            CompletableFuture<Result<Login>> result = authenticate(Samples.bearer(token));
            assertThat(result).isDone();
            assertThat(refused(result)).isEqualTo(Reason.UNAUTHENTICATED);
        }
        assertThat(asked).isEmpty();
    }

    @Test
    void shouldRefuseAtOnceWithoutAVerifier() {
        CredentialVerifier gone = verifier(credentials -> now(byRule()));
        auth.removeVerifier(gone);

        CompletableFuture<Result<Login>> result = authenticate(Samples.bearer(JWT));

        assertThat(result).isDone();
        assertThat(refused(result)).isEqualTo(Reason.UNAUTHENTICATED);
    }

    @Test
    void shouldAnswerAtOnceForKnownTokensWhateverAVerifierDoes() {
        verifier(credentials -> new CompletableFuture<>());

        CompletableFuture<Result<Login>> result = auth.authenticator()
                .authenticate(Samples.bearer(Samples.ROOT_TOKEN), HERE)
                .toCompletableFuture();

        assertThat(result).isDone();
        assertThat(result.join().isRefused()).isFalse();
    }

    @Test
    void shouldWaitForALateAnswer() {
        CompletableFuture<Result<Verified>> answer = new CompletableFuture<>();
        verifier(credentials -> answer);
        CompletableFuture<Result<Login>> result = authenticate(Samples.bearer(JWT));
        assertThat(result).isNotDone();

        answer.complete(byRule());
        answer.complete(Result.refused(Reason.UNAUTHENTICATED, "a second answer")); // is ignored

        assertThat(result.join().get().user().name()).isEqualTo("ci");
    }

    @Test
    void shouldJudgeALateAnswerByTheUsersOfThatTime() throws Exception {
        CompletableFuture<Result<Verified>> answer = new CompletableFuture<>();
        verifier(credentials -> answer);
        Result<Verified> accepted = byRule();
        CompletableFuture<Result<Login>> result = authenticate(Samples.bearer(JWT));

        store.put(Samples.users("<user name='ci'/>"));
        answer.complete(accepted);

        assertThat(refused(result)).isEqualTo(Reason.UNAUTHENTICATED);
    }

    @Test
    void shouldNotWaitForAnAnswerForever() {
        verifier(credentials -> new CompletableFuture<>());

        CompletableFuture<Result<Login>> result = authenticate(Samples.bearer(JWT));

        await().atMost(Duration.ofSeconds(30)).until(result::isDone);
        assertThat(refused(result)).isEqualTo(Reason.UNAVAILABLE);
        assertThat(auth.authenticator().failureDelay(THERE)).isZero();
    }

    private CompletableFuture<Result<Login>> authenticate(String address) {
        return auth.authenticator()
                .authenticate(Samples.bearer(JWT), Samples.from(address))
                .toCompletableFuture();
    }

    @Test
    void shouldBoundHowManyAnswersItWaitsForAndHowManyOfOneAddress() {
        List<CompletableFuture<Result<Verified>>> answers = new ArrayList<>();
        verifier(credentials -> {
            CompletableFuture<Result<Verified>> answer = new CompletableFuture<>();
            answers.add(answer);
            return answer;
        });
        for (int i = 0; i < 50; i++) {
            assertThat(authenticate("192.0.2.1")).isNotDone();
        }
        assertThat(refused(authenticate("192.0.2.1"))).isEqualTo(Reason.UNAVAILABLE);
        for (int i = 0; i < 500; i++) {
            assertThat(authenticate("127.0.0.1")).isNotDone(); // as if from a proxy
        }
        assertThat(refused(authenticate("127.0.0.1"))).isEqualTo(Reason.UNAVAILABLE);
        for (int i = 0; i < 450; i++) {
            assertThat(authenticate("2001:db8:0:" + i / 50 + "::" + i)).isNotDone();
        }
        assertThat(refused(authenticate("192.0.2.2"))).isEqualTo(Reason.UNAVAILABLE);

        answers.get(0).complete(byRule());
        assertThat(authenticate("192.0.2.1")).isNotDone();
    }

    @Test
    void shouldEndLoginsSomeTimeAfterTheLastVerifierOfTheirKindIsGone() {
        ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
        CountDownLatch graceEnds = new CountDownLatch(1);
        executor.execute(() -> awaitUninterruptibly(graceEnds));
        AtomicInteger ended = new AtomicInteger();
        ExternalVerifiers verifiers = new ExternalVerifiers(executor, Duration.ZERO, ended::incrementAndGet);
        String kind = Credentials.ExternalToken.KIND;
        CredentialVerifier first = credentials -> now(byRule());
        CredentialVerifier second = credentials -> now(byRule());
        verifiers.add(first, FOR_JWT);
        verifiers.add(second, FOR_JWT);
        verifiers.remove(first);
        verifiers.remove(second);
        assertThat(verifiers.handles(kind)).isFalse();
        assertThat(verifiers.keeps(kind)).isTrue();
        verifiers.add(first, FOR_JWT); // it was updated
        graceEnds.countDown();
        verifiers.remove(first);

        await().until(() -> !verifiers.keeps(kind));
        await().until(() -> ended.get() == 1);
        executor.shutdownNow();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @SuppressWarnings("NullOptional") // as a careless verifier may
    void shouldBeUnavailableWhenAVerifierFails() {
        for (CompletionStage<Result<Verified>> bad : List.<CompletionStage<Result<Verified>>>of(
                CompletableFuture.failedFuture(new IllegalStateException("broken")),
                CompletableFuture.completedFuture(null),
                now(Result.done(new Verified("ci", "an id with blanks", "", soon(), Optional.empty()))),
                now(Result.done(new Verified(null, "a", "", soon(), Optional.empty()))),
                now(Result.done(new Verified("ci", null, "", soon(), Optional.empty()))),
                now(Result.done(new Verified("ci", "a", null, soon(), Optional.empty()))),
                now(Result.done(new Verified("ci", "a", "", null, Optional.empty()))),
                now(Result.done(new Verified("ci", "a", "", soon(), null))),
                now(Result.done(new Verified("ci", "a", "two\nlines", soon(), Optional.empty()))))) {
            CredentialVerifier verifier = verifier(credentials -> bad);
            assertThat(refused(authenticate(Samples.bearer(JWT)))).isEqualTo(Reason.UNAVAILABLE);
            auth.removeVerifier(verifier);
        }
        verifier(credentials -> {
            throw new IllegalStateException("broken");
        });
        verifier(credentials -> null);
        assertThat(refused(authenticate(Samples.bearer(JWT)))).isEqualTo(Reason.UNAVAILABLE);
        assertThat(auth.authenticator().failureDelay(THERE)).isZero();
    }

    @Test
    void shouldAskTheNextVerifierWhenOneRefuses() {
        verifier(credentials -> now(Result.refused(Reason.UNAUTHENTICATED, "not mine")));
        verifier(credentials -> CompletableFuture.failedFuture(new IllegalStateException("broken")));
        verifier(credentials -> now(byRule()));

        assertThat(authenticate(Samples.bearer(JWT)).join().isRefused()).isFalse();
        assertThat(asked).hasSize(3);
    }

    @Test
    void shouldEndWhatIsPendingWhenItStops() throws Exception {
        verifier(credentials -> new CompletableFuture<>());
        CompletableFuture<Result<Login>> result = authenticate(Samples.bearer(JWT));

        auth.deactivate();

        assertThat(refused(result)).isEqualTo(Reason.UNAVAILABLE);
    }

    @Test
    void shouldAcceptAKindThatTheHubDoesNotKnow() {
        Credentials password = new Credentials() {
            @Override
            public String kind() {
                return "password";
            }

            @Override
            public Optional<String> user() {
                return Optional.of("ci");
            }
        };
        assertThat(refused(authenticate(password))).isEqualTo(Reason.UNAUTHENTICATED);
        auth.addVerifier(
                credentials -> now(Result.done(new Verified("ci", "directory", "", soon(), Optional.empty()))),
                Map.of(CredentialVerifier.KIND, new String[] {"other", "password"}));

        Login login = authenticate(password).join().get();

        assertThat(auth.registry().credential(login).orElseThrow().kind()).isEqualTo("password");
        assertThat(auth.registry().credential(login).orElseThrow().id()).isEqualTo("directory");
        assertThat(auth.authenticator().renew(login)).isPresent();
    }
}
