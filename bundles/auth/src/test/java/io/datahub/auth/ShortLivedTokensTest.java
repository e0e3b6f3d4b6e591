package io.datahub.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.user.CredentialVerifier;
import io.datahub.api.user.CredentialVerifier.Verified;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.LoginSession;
import io.datahub.api.user.Origin;
import io.datahub.api.user.TrustRule;
import io.datahub.api.user.User;
import io.datahub.api.user.UserRegistry.Account;
import io.datahub.api.user.UserRegistry.Credential;
import io.datahub.api.user.UserRegistry.IssuedToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ShortLivedTokensTest {

    private static final Origin HERE = Samples.from("127.0.0.1");
    private static final Duration MINUTES = Duration.ofMinutes(10);

    @TempDir
    private Path home;

    private FolderStore store;
    private Auth auth;
    private Login root;
    private Login ci;

    @BeforeEach
    void setUp() throws Exception {
        store = new FolderStore(home);
        store.put(Samples.users(Samples.ci("")));
        start();
        root = login(Samples.ROOT_TOKEN);
        ci = login(Samples.CI_TOKEN);
    }

    private void start() {
        UsersRecordListener changes = new UsersRecordListener();
        store.listener(changes);
        auth = new Auth(Settings.DEFAULT, store, store, changes, Optional.empty(), Clock.systemUTC(), name -> null);
    }

    private void restart() throws Exception {
        auth.deactivate();
        start();
    }

    @AfterEach
    void tearDown() throws Exception {
        auth.deactivate();
    }

    private Result<Login> authenticate(String token) {
        return auth.authenticator()
                .authenticate(Samples.bearer(token), HERE)
                .toCompletableFuture()
                .join();
    }

    private Login login(String token) {
        return authenticate(token).get();
    }

    private IssuedToken issue(Login login) throws Exception {
        return auth.registry().issueShortLived(login, MINUTES, "build 17").get();
    }

    private List<Credential> credentials(String user) {
        return auth.registry().accounts().stream()
                .filter(account -> account.user().name().equals(user))
                .map(Account::credentials)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldIssueATokenOutsideTheUsersFile() throws Exception {
        String before = store.text();

        try (AuditLines log = new AuditLines("io.datahub.audit")) {
            IssuedToken issued = issue(ci);

            Login login = login(issued.token());
            assertThat(issued.token()).matches("dh_[A-Za-z0-9_-]{43}");
            assertThat(login.user().name()).isEqualTo("ci");
            assertThat(login.user().grants()).isEqualTo(ci.user().grants());
            assertThat(login.label()).contains("build 17");
            assertThat(auth.authenticator().renew(login)).isPresent();
            Credential shown = auth.registry().credential(login).orElseThrow();
            assertThat(shown.kind()).isEqualTo("short-lived");
            assertThat(shown.parent())
                    .contains(auth.registry().credential(ci).orElseThrow().id());
            assertThat(shown.lastUsed()).isPresent();
            assertThat(credentials("ci")).extracting(Credential::kind).containsExactly("token", "short-lived");
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .contains("user=ci")
                    .doesNotContain(issued.token());
        }
        assertThat(store.text()).isEqualTo(before);
    }

    @Test
    void shouldKeepTokensOverARestartByTheirHashes() throws Exception {
        IssuedToken issued = issue(ci);
        Path file = home.resolve("state/short-lived-tokens");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(file))
                .contains(Samples.sha256(issued.token()))
                .doesNotContain(issued.token());

        restart();

        assertThat(login(issued.token()).label()).contains("build 17");
    }

    @Test
    void shouldKeepTheOtherTokensWhenALineOfItsFileIsDamaged() throws Exception {
        IssuedToken issued = issue(ci);
        IssuedToken other = issue(ci);
        auth.deactivate();
        Path file = home.resolve("state/short-lived-tokens");
        String lines = Files.readString(file, StandardCharsets.ISO_8859_1);
        Files.writeString(
                file, "short\n\u00ff a b c d e\n" + lines + lines.substring(0, 80), StandardCharsets.ISO_8859_1);

        start();

        assertThat(login(issued.token()).label()).contains("build 17");
        assertThat(login(other.token()).label()).contains("build 17");
    }

    @Test
    void shouldAppendANewTokenAndRemoveARevokedOneFromTheFile() throws Exception {
        Path file = home.resolve("state/short-lived-tokens");
        IssuedToken first = issue(ci);
        Object inode = Files.getAttribute(file, "unix:ino");
        IssuedToken second = issue(ci);
        assertThat(Files.readAllLines(file)).hasSize(2);
        assertThat(Files.getAttribute(file, "unix:ino")).isEqualTo(inode);

        auth.registry().revokeToken(root, "ci", first.credential().id()).get();

        assertThat(Files.readAllLines(file))
                .singleElement()
                .asString()
                .startsWith(second.credential().id());
    }

    @Test
    void shouldNotAppendToALineThatWasCutByAPowerFailure() throws Exception {
        IssuedToken issued = issue(ci);
        auth.deactivate();
        Path file = home.resolve("state/short-lived-tokens");
        Files.writeString(file, Files.readString(file) + "0123");

        start();
        IssuedToken later = issue(ci);
        restart();

        assertThat(authenticate(issued.token()).isRefused()).isFalse();
        assertThat(authenticate(later.token()).isRefused()).isFalse();
    }

    @Test
    void shouldEndWithItsParentAlsoOverARestart() throws Exception {
        IssuedToken issued = issue(ci);
        Login login = login(issued.token());

        store.put(Samples.users("<user name='ci'/>"));

        assertThat(auth.authenticator().renew(login)).isEmpty();
        assertThat(authenticate(issued.token()).isRefused()).isTrue();
        store.put(Samples.users(Samples.ci(""))); // the same token again
        assertThat(authenticate(issued.token()).isRefused()).isTrue();
        restart();
        assertThat(authenticate(issued.token()).isRefused()).isTrue();
    }

    @Test
    void shouldEndWithItsParentWhileTheHubIsDown() throws Exception {
        IssuedToken issued = issue(ci);
        auth.deactivate();
        store.put(Samples.users("<user name='ci'/>"));

        start();

        assertThat(authenticate(issued.token()).isRefused()).isTrue();
    }

    @Test
    void shouldEndWithItsUser() throws Exception {
        IssuedToken issued = issue(ci);
        store.put(Samples.users(
                "<user name='ci' disabled='true'><token sha256='" + Samples.sha256(Samples.CI_TOKEN) + "'/></user>"));

        assertThat(authenticate(issued.token()).isRefused()).isTrue();
    }

    @Test
    void shouldEndAtItsExpiryAndSaySo() throws Exception {
        List<Instant> told = new CopyOnWriteArrayList<>();
        auth.addListener(authenticator -> told.add(Instant.now()));
        IssuedToken issued =
                auth.registry().issueShortLived(ci, Duration.ofMillis(500), "").get();
        Login login = login(issued.token());

        await().until(() -> told.size() == 2);

        assertThat(told.get(1)).isAfterOrEqualTo(login.expires().orElseThrow());
        assertThat(auth.authenticator().renew(login)).isEmpty();
        assertThat(authenticate(issued.token()).isRefused()).isTrue();
        assertThat(credentials("ci")).extracting(Credential::kind).containsExactly("token");
    }

    @Test
    void shouldLastAnHourAtMostAndNoLongerThanItsParent() throws Exception {
        Instant longest = Instant.now().plus(1, ChronoUnit.HOURS);
        assertThat(auth.registry()
                        .issueShortLived(ci, Duration.ofDays(1), "")
                        .get()
                        .credential()
                        .expires()
                        .orElseThrow())
                .isBetween(longest.minusSeconds(1), longest.plusSeconds(60));
        Instant end = Instant.now().plus(20, ChronoUnit.MINUTES).truncatedTo(ChronoUnit.SECONDS);
        store.put(Samples.users(Samples.ci("expires='" + end + "'")));

        assertThat(auth.registry()
                        .issueShortLived(login(Samples.CI_TOKEN), Duration.ofDays(1), "")
                        .get()
                        .credential()
                        .expires())
                .contains(end);
    }

    @Test
    void shouldEndWithTheBrowserSession() throws Exception {
        List<Instant> told = new CopyOnWriteArrayList<>();
        LoginSession session = new LoginSession();
        IssuedToken issued = issue(ci.in(Optional.of(session)));
        Login login = login(issued.token());
        auth.addListener(authenticator -> told.add(Instant.now()));

        session.end();

        assertThat(told).hasSize(2);
        assertThat(auth.authenticator().renew(login)).isEmpty();
        assertThat(issueIn(session).token())
                .satisfies(late -> assertThat(authenticate(late).isRefused()).isTrue());
    }

    private IssuedToken issueIn(LoginSession session) throws Exception {
        return issue(ci.in(Optional.of(session)));
    }

    @Test
    void shouldNotKeepATokenOfABrowserSessionOverARestart() throws Exception {
        IssuedToken issued = issueIn(new LoginSession());

        restart();

        assertThat(authenticate(issued.token()).isRefused()).isTrue();
    }

    @Test
    void shouldComeFromAnExternalTokenAndEndWithItsRule() throws Exception {
        store.put(Samples.users("<user name='ci'><trust issuer='https://ci.example.org' audience='datahub'>"
                + "<claim name='repository' equals='acme/app'/></trust></user>"));
        List<TrustRule> rules = new CopyOnWriteArrayList<>();
        CredentialVerifier verifier = new CredentialVerifier() {
            @Override
            public CompletionStage<Result<Verified>> verify(Credentials credentials) {
                return CompletableFuture.completedFuture(Result.done(
                        new Verified("ci", "run-17", "", Instant.now().plusSeconds(300), Optional.of(rules.get(0)))));
            }

            @Override
            public void trustRules(List<TrustRule> present) {
                rules.addAll(present);
            }
        };
        Map<String, ?> forTokens = Map.of(CredentialVerifier.KIND, Credentials.ExternalToken.KIND);
        auth.addVerifier(verifier, forTokens);
        Login external = login("eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln");

        assertThat(auth.registry()
                        .issueToken(external, "ci", "", Optional.empty())
                        .refusal()
                        .orElseThrow()
                        .reason())
                .isEqualTo(Reason.FORBIDDEN);
        IssuedToken issued = auth.registry()
                .issueShortLived(external, Duration.ofHours(1), "")
                .get();

        assertThat(issued.credential().expires().orElseThrow())
                .isAfter(external.expires().orElseThrow())
                .isBeforeOrEqualTo(Instant.now().plus(1, ChronoUnit.HOURS));
        restart();
        assertThat(authenticate(issued.token()).isRefused()).isTrue();
        auth.addVerifier(verifier, forTokens);
        Login login = login(issued.token());
        store.put(Samples.users("<user name='ci'/>"));
        assertThat(auth.authenticator().renew(login)).isEmpty();
    }

    @Test
    void shouldBeRevocable() throws Exception {
        IssuedToken issued = issue(ci);
        IssuedToken other = issue(ci);
        List<Instant> told = new CopyOnWriteArrayList<>();
        auth.addListener(authenticator -> told.add(Instant.now()));

        assertThat(auth.registry()
                        .revokeToken(root, "ci", "build 17")
                        .refusal()
                        .orElseThrow()
                        .reason())
                .isEqualTo(Reason.CONFLICT);
        assertThat(auth.registry()
                        .revokeToken(ci, "ci", issued.credential().id())
                        .get()
                        .kind())
                .isEqualTo("short-lived");

        assertThat(told).hasSize(2);
        assertThat(authenticate(issued.token()).isRefused()).isTrue();
        assertThat(authenticate(other.token()).isRefused()).isFalse();
        auth.registry()
                .revokeWithDescendants(root, "ci", other.credential().id())
                .get();
        restart();
        assertThat(authenticate(other.token()).isRefused()).isTrue();
    }

    @Test
    void shouldBeRevokedWithAllCredentialsAlsoIfItsParentIsNotInTheUsersFile() throws Exception {
        auth.addVerifier(
                credentials -> CompletableFuture.completedFuture(Result.done(
                        new Verified("ci", "run-17", "", Instant.now().plusSeconds(300), Optional.empty()))),
                Map.of(CredentialVerifier.KIND, Credentials.ExternalToken.KIND));
        IssuedToken issued = issue(login("eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln"));
        IssuedToken others = issue(root);
        Login login = login(issued.token());

        List<Credential> revoked;
        try (AuditLines log = new AuditLines("io.datahub.audit")) {
            revoked = auth.registry().revokeAll(root, "ci").get();
            assertThat(log.lines())
                    .anyMatch(line ->
                            line.contains("begins=" + issued.credential().id().substring(0, 8)));
        }

        assertThat(revoked).extracting(Credential::kind).containsExactly("token", "short-lived");
        assertThat(auth.authenticator().renew(login)).isEmpty();
        restart();
        assertThat(authenticate(issued.token()).isRefused()).isTrue();
        assertThat(authenticate(others.token()).isRefused()).isFalse();
    }

    @Test
    void shouldLetOnlyItsUserOrAnAdministratorRevokeIt() throws Exception {
        IssuedToken issued = issue(root);

        assertThat(auth.registry()
                        .revokeToken(ci, "root", issued.credential().id())
                        .refusal()
                        .orElseThrow()
                        .reason())
                .isEqualTo(Reason.FORBIDDEN);
    }

    @Test
    void shouldIssueNothingWithAShortLivedToken() throws Exception {
        Login login = login(issue(ci).token());

        assertThat(auth.registry()
                        .issueShortLived(login, MINUTES, "")
                        .refusal()
                        .orElseThrow()
                        .reason())
                .isEqualTo(Reason.FORBIDDEN);
        assertThat(auth.registry()
                        .issueToken(login, "ci", "", Optional.empty())
                        .refusal()
                        .orElseThrow()
                        .reason())
                .isEqualTo(Reason.FORBIDDEN);
        assertThat(auth.registry()
                        .issueToken(login(issue(root).token()), "ci", "", Optional.empty())
                        .refusal()
                        .orElseThrow()
                        .reason())
                .isEqualTo(Reason.FORBIDDEN);
    }

    @Test
    void shouldIssueNothingWithoutAValidCredential() throws Exception {
        Login hub = new Login(User.HUB, "console", Optional.empty(), Optional.empty(), HERE);
        store.put(Samples.users("<user name='ci'/><user name='anonymous'/>"));
        Login anonymous = auth.authenticator()
                .authenticate(new Credentials.None(), HERE)
                .toCompletableFuture()
                .join()
                .get();

        for (Login login : List.of(ci, hub, anonymous)) {
            assertThat(auth.registry()
                            .issueShortLived(login, MINUTES, "")
                            .refusal()
                            .orElseThrow()
                            .reason())
                    .isEqualTo(Reason.FORBIDDEN);
        }
    }

    @Test
    void shouldBoundTheNumberOfAUsersTokens() throws Exception {
        LoginSession session = new LoginSession();
        for (int i = 0; i < 10_000; i++) {
            issueIn(session);
        }

        assertThat(auth.registry()
                        .issueShortLived(ci, MINUTES, "")
                        .refusal()
                        .orElseThrow()
                        .reason())
                .isEqualTo(Reason.TOO_MANY);
        assertThat(auth.registry().issueShortLived(root, MINUTES, "").isRefused())
                .isFalse();
        session.end();
        assertThat(auth.registry().issueShortLived(ci, MINUTES, "").isRefused()).isFalse();
    }

    @Test
    void shouldIssueNothingThatItCannotStore() throws Exception {
        Files.createDirectories(home.resolve("state/short-lived-tokens/in-the-way"));

        assertThatThrownBy(() -> issue(ci)).isInstanceOf(IOException.class);

        assertThat(credentials("ci")).extracting(Credential::kind).containsExactly("token");
    }

    @Test
    void shouldStartWithADamagedFile() throws Exception {
        IssuedToken issued = issue(ci);
        auth.deactivate();
        Path file = home.resolve("state/short-lived-tokens");
        Files.writeString(file, Files.readString(file) + "damaged\n");

        start();

        assertThat(authenticate(issued.token()).isRefused()).isFalse();
        assertThat(issue(ci)).isNotNull();
    }
}
