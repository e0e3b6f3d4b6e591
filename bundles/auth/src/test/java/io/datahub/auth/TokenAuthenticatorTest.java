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
import io.datahub.auth.external.ExternalVerifiers;
import io.datahub.auth.shortlived.ShortLivedTokens;
import io.datahub.auth.users.InvalidUsersException;
import io.datahub.auth.users.Users;
import io.datahub.test.Configurations;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenAuthenticatorTest {

    private static final Origin HERE = Samples.from("127.0.0.1");
    private static final Origin THERE = Samples.from("192.0.2.1");
    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");

    @TempDir
    private Path home;

    private Users users = Users.EMPTY;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
    private final ExternalVerifiers verifiers = new ExternalVerifiers(executor, Duration.ZERO, () -> {});
    private final List<Instant> expiries = new ArrayList<>();
    private Consumer<Instant> expiry = expiries::add;
    private LastUsedStore lastUsed;
    private TokenAuthenticator authenticator;

    @BeforeEach
    void setUp() {
        authenticator = authenticator(Settings.DEFAULT);
    }

    @AfterEach
    void tearDown() {
        executor.shutdownNow();
    }

    private Optional<Refusal> outage = Optional.empty();

    private TokenAuthenticator authenticator(AuthConfiguration configuration) {
        Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
        lastUsed = new LastUsedStore(() -> home, Optional.empty(), clock);
        ShortLivedTokens shortLived = new ShortLivedTokens(() -> home, Optional.empty(), clock, end -> {}, () -> {});
        return new TokenAuthenticator(
                () -> users,
                new Identities(() -> users, shortLived, verifiers::keeps, clock),
                verifiers,
                end -> expiry.accept(end),
                clock,
                new AuditLog(),
                lastUsed,
                new TokenLookups(),
                () -> {},
                () -> outage,
                configuration);
    }

    private void users(String content) throws InvalidUsersException {
        users = Samples.read(Samples.users(content));
    }

    private Reason refused(Credentials credentials, Origin origin) {
        return authenticator
                .authenticate(credentials, origin)
                .toCompletableFuture()
                .join()
                .refusal()
                .orElseThrow()
                .reason();
    }

    @Test
    void shouldAuthenticateByTokenOnly() throws Exception {
        users(Samples.ci("label='agent' expires='2026-11-24T00:00:00Z'"));

        Login login = authenticator
                .authenticate(Samples.bearer(Samples.CI_TOKEN), THERE)
                .toCompletableFuture()
                .join()
                .get();

        assertThat(login.user().name()).isEqualTo("ci");
        assertThat(login.label()).contains("agent");
        assertThat(login.expires()).contains(Instant.parse("2026-11-24T00:00:00Z"));
        assertThat(login.origin()).isEqualTo(THERE);
        assertThat(login.credential()).doesNotContain(Samples.sha256(Samples.CI_TOKEN));
    }

    @Test
    void shouldBeUnavailableWhenItFailsAfterTheVerification() throws Exception {
        users(Samples.ci(""));
        Verified verified = new Verified("ci", "a", "", NOW.plusSeconds(60), Optional.empty());
        verifiers.add(
                credentials -> CompletableFuture.completedFuture(Result.done(verified)),
                Map.of(CredentialVerifier.KIND, Credentials.ExternalToken.KIND));
        expiry = end -> {
            throw new IllegalStateException("broken");
        };

        assertThat(refused(Samples.bearer(ExternalVerifiersTest.JWT), THERE)).isEqualTo(Reason.UNAVAILABLE);
    }

    @Test
    void shouldEndALoginWhenNobodyVerifiesItsKindAnyMore() throws Exception {
        users(Samples.ci(""));
        Verified verified = new Verified("ci", "a", "", NOW.plusSeconds(60), Optional.empty());
        CredentialVerifier verifier = credentials -> CompletableFuture.completedFuture(Result.done(verified));
        verifiers.add(verifier, Map.of(CredentialVerifier.KIND, Credentials.ExternalToken.KIND));
        Login login = authenticator
                .authenticate(Samples.bearer(ExternalVerifiersTest.JWT), THERE)
                .toCompletableFuture()
                .join()
                .get();
        assertThat(authenticator.renew(login)).isPresent();

        verifiers.remove(verifier);

        await().until(() -> authenticator.renew(login).isEmpty());
    }

    @Test
    void shouldRecordTheUseOfACredential() throws Exception {
        users(Samples.ci("") + "<user name='off' disabled='true'><token sha256='" + Samples.sha256("x") + "'/></user>");

        Login login = authenticator
                .authenticate(Samples.bearer(Samples.CI_TOKEN), THERE)
                .toCompletableFuture()
                .join()
                .get();
        refused(Samples.bearer("x"), THERE);

        assertThat(lastUsed.of(login.credential())).contains(NOW);
        Samples.save(lastUsed, users);
        assertThat(home.resolve("state/users.last-used")).hasContent(login.credential() + " " + NOW + "\n");
    }

    @Test
    void shouldAuthenticateByNameAndTokenOnlyIfTheyMatch() throws Exception {
        users(Samples.ci(""));

        assertThat(authenticator
                        .authenticate(Samples.basic("ci", Samples.CI_TOKEN), THERE)
                        .toCompletableFuture()
                        .join()
                        .isRefused())
                .isFalse();
        assertThat(refused(Samples.basic("root", Samples.CI_TOKEN), THERE)).isEqualTo(Reason.UNAUTHENTICATED);
        assertThat(refused(Samples.basic("", Samples.CI_TOKEN), THERE)).isEqualTo(Reason.UNAUTHENTICATED);
    }

    @Test
    void shouldRefuseUnknownCredentials() throws Exception {
        users(Samples.ci(""));

        for (String token :
                List.of("", "x", Samples.CI_TOKEN + " ", Samples.sha256(Samples.CI_TOKEN), "x".repeat(256))) {
            assertThat(refused(Samples.bearer(token), THERE)).isEqualTo(Reason.UNAUTHENTICATED);
        }
        assertThat(refused(new Credentials.CurveKey(new byte[32]), THERE)).isEqualTo(Reason.UNAUTHENTICATED);
        assertThat(refused(new Credentials.CurveKey(new byte[1]), THERE)).isEqualTo(Reason.UNAUTHENTICATED);
        assertThat(refused(new Credentials.Certificate("12"), THERE)).isEqualTo(Reason.UNAUTHENTICATED);
    }

    @Test
    void shouldAuthenticateByCurveKeyAndByCertificate() throws Exception {
        users("<user name='u'><curve-key>" + Samples.KEY + "</curve-key><certificate sha256='" + "AB".repeat(32)
                + "'/></user>");
        byte[] key = HexFormat.of().parseHex("54fcba24e93249969316fb617c872bb0c1d1ff14800427c594cbfacf1bc2d652");

        assertThat(authenticator
                        .authenticate(new Credentials.CurveKey(key), THERE)
                        .toCompletableFuture()
                        .join()
                        .get()
                        .user()
                        .name())
                .isEqualTo("u");
        assertThat(authenticator
                        .authenticate(new Credentials.Certificate("ab".repeat(32)), THERE)
                        .toCompletableFuture()
                        .join()
                        .get()
                        .user()
                        .name())
                .isEqualTo("u");
        assertThat(refused(new Credentials.Certificate(HexFormat.of().formatHex(key)), THERE))
                .isEqualTo(Reason.UNAUTHENTICATED);
    }

    @Test
    void shouldRefuseDisabledUsersAndExpiredCredentialsAlike() throws Exception {
        users(Samples.ci("expires='2026-11-23T10:00:00Z'"));
        Result<Login> expired = authenticator
                .authenticate(Samples.bearer(Samples.CI_TOKEN), THERE)
                .toCompletableFuture()
                .join();
        users(Samples.ci("").replace("name='ci'", "name='ci' disabled='true'"));
        Result<Login> disabled = authenticator
                .authenticate(Samples.bearer(Samples.CI_TOKEN), THERE)
                .toCompletableFuture()
                .join();

        assertThat(expired.refusal().orElseThrow().reason()).isEqualTo(Reason.UNAUTHENTICATED);
        assertThat(disabled).isEqualTo(expired);
        assertThat(authenticator
                        .authenticate(Samples.bearer("unknown"), THERE)
                        .toCompletableFuture()
                        .join())
                .isEqualTo(expired);
    }

    @Test
    void shouldAcceptNoCredentialsOnlyIfAnonymousIsAUser() throws Exception {
        Credentials none = new Credentials.None();
        users("");
        assertThat(refused(none, THERE)).isEqualTo(Reason.UNAUTHENTICATED);

        users("<user name='anonymous'><allow read='public/'/></user>");
        Login login = authenticator
                .authenticate(none, THERE)
                .toCompletableFuture()
                .join()
                .get();
        assertThat(login.user().name()).isEqualTo("anonymous");
        assertThat(authenticator.renew(login)).isPresent();

        users("<user name='anonymous' disabled='true'/>");
        assertThat(refused(none, THERE)).isEqualTo(Reason.UNAUTHENTICATED);
        assertThat(authenticator.renew(login)).isEmpty();
    }

    @Test
    void shouldRefuseAnAdministratorInClearFromAnotherMachine() throws Exception {
        users("");
        Credentials root = Samples.bearer(Samples.ROOT_TOKEN);

        assertThat(refused(root, THERE)).isEqualTo(Reason.FORBIDDEN);
        assertThat(authenticator.failureDelay(THERE)).isZero();
        assertThat(authenticator
                        .authenticate(root, HERE)
                        .toCompletableFuture()
                        .join()
                        .isRefused())
                .isFalse();
        Origin forwarded = new Origin("http", HERE.address(), false, true, false);
        assertThat(refused(root, forwarded)).isEqualTo(Reason.FORBIDDEN);
        assertThat(authenticator
                        .authenticate(root, Samples.from("192.0.2.1", true))
                        .toCompletableFuture()
                        .join()
                        .isRefused())
                .isFalse();
        authenticator.configure(Settings.withClearAdmin());
        Login login = authenticator
                .authenticate(root, THERE)
                .toCompletableFuture()
                .join()
                .get();
        assertThat(authenticator.renew(login)).isPresent();
        authenticator.configure(Settings.DEFAULT);
        assertThat(authenticator.renew(login)).isEmpty();
    }

    @Test
    void shouldRenewALoginWithWhatTheUserMayDoNow() throws Exception {
        users(Samples.ci(""));
        Login login = authenticator
                .authenticate(Samples.bearer(Samples.CI_TOKEN), THERE)
                .toCompletableFuture()
                .join()
                .get();

        users(Samples.ci("label='new'").replace("build.", "test."));

        Login renewed = authenticator.renew(login).orElseThrow();
        assertThat(renewed.user().grants().get(0).what()).isEqualTo("test.");
        assertThat(renewed.label()).contains("new");
        assertThat(renewed.origin()).isEqualTo(THERE);
    }

    @Test
    void shouldNotRenewALoginWhoseCredentialWasRemoved() throws Exception {
        users(Samples.ci(""));
        Login login = authenticator
                .authenticate(Samples.bearer(Samples.CI_TOKEN), THERE)
                .toCompletableFuture()
                .join()
                .get();

        for (String now : List.of(
                "",
                "<user name='ci'/>",
                Samples.ci("").replace("'ci'", "'other'"),
                Samples.ci("").replace("name='ci'", "name='ci' disabled='true'"),
                Samples.ci("expires='2026-11-23T09:59:59Z'"))) {
            users(now);
            assertThat(authenticator.renew(login)).as(now).isEmpty();
        }
    }

    @Test
    void shouldDelayFailuresOfOneAddress() throws Exception {
        users(Samples.ci(""));
        for (int i = 0; i < 20; i++) {
            authenticator.authenticate(Samples.bearer("wrong"), THERE);
            authenticator.authenticate(Samples.bearer("wrong"), HERE);
            authenticator.authenticate(new Credentials.None(), Samples.from("192.0.2.3"));
        }

        assertThat(authenticator.failureDelay(THERE)).isPositive();
        assertThat(authenticator.failureDelay(HERE)).isZero();
        assertThat(authenticator.failureDelay(Samples.from("192.0.2.2"))).isZero();
        assertThat(authenticator.failureDelay(Samples.from("192.0.2.3"))).isZero();
    }

    @Test
    void shouldCountCredentialsWithoutProof() throws Exception {
        users(Samples.ci(""));
        Credentials own = Samples.basic("ci", Samples.CI_TOKEN);
        for (int i = 0; i < 20; i++) {
            authenticator.unproved(own, THERE);
        }

        assertThat(authenticator.failureDelay(own, THERE)).isPositive();
    }

    @Test
    void shouldDelayFailuresButNotSuccessesOfOneUser() throws Exception {
        users(Samples.ci(""));
        Credentials stale = Samples.basic("ci", "stale");
        for (int i = 0; i < 20; i++) {
            authenticator.authenticate(stale, HERE);
            authenticator.authenticate(Samples.basic("other", Samples.CI_TOKEN), HERE);
        }

        assertThat(authenticator.failureDelay(stale, HERE)).isPositive();
        assertThat(authenticator.failureDelay(Samples.basic("other", "x"), HERE))
                .isPositive();
        assertThat(authenticator.failureDelay(Samples.basic("nobody", "x"), HERE))
                .isZero();
        assertThat(authenticator
                        .authenticate(Samples.basic("ci", Samples.CI_TOKEN), HERE)
                        .toCompletableFuture()
                        .join()
                        .isRefused())
                .isFalse();
    }

    @Test
    void shouldAuditEachRefusalWithItsReasonAndNoSecret() throws Exception {
        users(Samples.ci("expires='2026-11-23T09:00:00Z'"));
        try (AuditLines audit = new AuditLines("io.datahub.audit")) {
            authenticator.authenticate(Samples.bearer(Samples.ROOT_TOKEN), HERE);
            authenticator.authenticate(Samples.bearer(Samples.ROOT_TOKEN), THERE);
            authenticator.authenticate(Samples.basic("ci", Samples.CI_TOKEN), THERE);
            authenticator.authenticate(Samples.basic("nobody", "secret"), THERE);
            authenticator.authenticate(Samples.basic("secret\n\"x", "secret"), THERE);
            authenticator.authenticate(Samples.basic(Samples.ROOT_TOKEN, "secret"), THERE);
            authenticator.authenticate(Samples.basic("dh_secret", "secret"), THERE);

            assertThat(audit.lines())
                    .hasSize(4) // the last three are one, plus its repetitions
                    .allMatch(line -> line.contains("event=auth.login.refused")
                            && line.contains("transport=http address=192.0.2.1 reason="));
            assertThat(audit.lines().get(0)).contains("user=\"root\"").contains("TLS or CURVE");
            assertThat(audit.lines().get(1)).contains("user=\"ci\"").contains("expired");
            assertThat(audit.lines().get(2)).contains("user=\"nobody\"").contains("unknown token");
            assertThat(String.join("", audit.lines())).doesNotContain("secret", "\n", Samples.ROOT_TOKEN);
        }
    }

    @Test
    void shouldRefuseEveryoneWithoutUsers() {
        assertThat(refused(Samples.bearer(Samples.ROOT_TOKEN), HERE)).isEqualTo(Reason.UNAUTHENTICATED);
        assertThat(refused(new Credentials.None(), HERE)).isEqualTo(Reason.UNAUTHENTICATED);
    }

    @Test
    void shouldLetNobodyInDuringAnOutage() throws Exception {
        users("<user name=\"anonymous\"><allow read=\"\"/></user>");
        TokenAuthenticator authenticator = authenticator(Configurations.of(AuthConfiguration.class));
        Credentials none = new Credentials.None();
        Origin origin = Samples.from("127.0.0.1");
        assertThat(authenticator
                        .authenticate(none, origin)
                        .toCompletableFuture()
                        .join()
                        .isRefused())
                .isFalse();
        outage = Optional.of(Refusal.unavailable("the view is too old", Duration.ofSeconds(1)));

        Result<Login> result =
                authenticator.authenticate(none, origin).toCompletableFuture().join();
        assertThat(result.refusal().map(Refusal::reason)).contains(Reason.UNAVAILABLE);
    }
}
