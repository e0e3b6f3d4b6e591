package io.datahub.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import io.datahub.api.user.UserRegistry.Account;
import io.datahub.api.user.UserRegistry.Credential;
import io.datahub.api.user.UserRegistry.IssuedToken;
import io.datahub.api.validation.Violation;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TokenServiceTest {

    private static final Origin HERE = Samples.from("127.0.0.1");
    private static final Login CONSOLE = new Login(User.HUB, "console", Optional.empty(), Optional.empty(), HERE);

    @TempDir
    private Path home;

    private FolderStore store;
    private Auth auth;
    private Login root;
    private Login ci;

    @BeforeEach
    void setUp() throws Exception {
        store = new FolderStore(home);
        store.put(Samples.users("  <!-- the build machine -->\n" + Samples.ci("") + "\n  <user name='empty'/>"
                + "\n  <user name='anonymous'/>"));
        UsersRecordListener changes = new UsersRecordListener();
        store.listener(changes);
        auth = new Auth(Settings.DEFAULT, store, store, changes, Optional.empty(), Clock.systemUTC(), name -> null);
        root = login(Samples.ROOT_TOKEN);
        ci = login(Samples.CI_TOKEN);
    }

    private Login login(String token) {
        return auth.authenticator()
                .authenticate(Samples.bearer(token), HERE)
                .toCompletableFuture()
                .join()
                .get();
    }

    @AfterEach
    void tearDown() throws Exception {
        auth.deactivate();
    }

    private String issue(Login actor, String user) throws Exception {
        return auth.registry()
                .issueToken(actor, user, "", Optional.empty())
                .get()
                .token();
    }

    private Reason refused(Login actor, String user, String label, Optional<Instant> expires) throws Exception {
        return auth.registry()
                .issueToken(actor, user, label, expires)
                .refusal()
                .orElseThrow()
                .reason();
    }

    private String owner(String token) {
        return login(token).user().name();
    }

    @Test
    void shouldIssueATokenThatIsValidAtOnce() throws Exception {
        Instant end = Instant.now().plus(1, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);
        try (AuditLines log = new AuditLines("")) {
            String token = auth.registry()
                    .issueToken(root, "empty", "my \"agent\" <1>", Optional.of(end))
                    .get()
                    .token();

            assertThat(owner(token)).isEqualTo("empty");
            assertThat(token).matches("dh_[A-Za-z0-9_-]{43}");
            assertThat(store.text()).contains("<!-- the build machine -->").doesNotContain(token);
            assertThat(account("empty").credentials()).singleElement().satisfies(credential -> {
                assertThat(credential.kind()).isEqualTo("token");
                assertThat(credential.label()).isEqualTo("my \"agent\" <1>");
                assertThat(credential.expires()).contains(end);
            });
            assertThat(log.lines())
                    .anyMatch(line ->
                            line.contains("event=auth.token.issued user=empty") && line.contains("by=\"root\""));
            assertThat(String.join("", log.lines())).doesNotContain(token);
        }
    }

    private Account account(String name) {
        return auth.registry().accounts().stream()
                .filter(account -> account.user().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldListAccountsByName() {
        assertThat(auth.registry().accounts())
                .extracting(account -> account.user().name())
                .containsExactly("anonymous", "ci", "empty", "root");
        assertThat(account("root").credentials()).hasSize(1);
    }

    @Test
    void shouldLetUsersIssueTokensForThemselvesOnly() throws Exception {
        assertThat(owner(issue(ci, "ci"))).isEqualTo("ci");
        assertThat(owner(issue(CONSOLE, "root"))).isEqualTo("root");
        assertThat(refused(ci, "root", "", Optional.empty())).isEqualTo(Reason.FORBIDDEN);
    }

    @Test
    void shouldRefuseInvalidRequests() throws Exception {
        assertThat(refused(root, "nobody", "", Optional.empty())).isEqualTo(Reason.NOT_FOUND);
        assertThat(refused(root, "anonymous", "", Optional.empty())).isEqualTo(Reason.BAD_REQUEST);
        assertThat(refused(root, "ci", "a\nb", Optional.empty())).isEqualTo(Reason.BAD_REQUEST);
        assertThat(refused(root, "ci", "\ud800", Optional.empty())).isEqualTo(Reason.BAD_REQUEST);
        assertThat(refused(root, "ci", "x".repeat(101), Optional.empty())).isEqualTo(Reason.BAD_REQUEST);
        assertThat(refused(root, "ci", "", Optional.of(Instant.now()))).isEqualTo(Reason.BAD_REQUEST);
        assertThat(store.begun()).isZero();
    }

    @Test
    void shouldPassOnRefusalsOfTheStore() throws Exception {
        store.refuse(Optional.of(new Refusal(Reason.NO_ROOM, "the disk is full")));

        assertThat(refused(root, "ci", "", Optional.empty())).isEqualTo(Reason.NO_ROOM);
    }

    @Test
    void shouldWaitUntilAnEditOnDiskHasSettled() throws Exception {
        store.edit(Samples.users(""));

        assertThat(refused(root, "ci", "", Optional.empty())).isEqualTo(Reason.UNAVAILABLE);
    }

    @Test
    void shouldGiveUpAfterTooManyConcurrentModifications() throws Exception {
        store.refuse(Optional.of(new Refusal(Reason.PRECONDITION_FAILED, "somebody was faster")));

        assertThat(refused(root, "ci", "", Optional.empty())).isEqualTo(Reason.UNAVAILABLE);
        assertThat(store.begun()).isEqualTo(20);
    }

    @Test
    void shouldLoseNoTokenWhenSeveralAreIssuedAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<String>> issued = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                String user = i % 2 == 0 ? "ci" : "empty";
                issued.add(threads.submit(() -> {
                    Result<IssuedToken> token = auth.registry().issueToken(root, user, "", Optional.empty());
                    while (token.isRefused()) {
                        token = auth.registry().issueToken(root, user, "", Optional.empty());
                    }
                    return token.get().token();
                }));
            }
            for (int i = 0; i < issued.size(); i++) {
                String token = issued.get(i).get();
                String user = i % 2 == 0 ? "ci" : "empty";
                await().until(() -> auth.authenticator()
                        .authenticate(Samples.bearer(token), HERE)
                        .toCompletableFuture()
                        .join()
                        .refusal()
                        .isEmpty());
                assertThat(owner(token)).isEqualTo(user);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(store.text()).contains("<!-- the build machine -->");
    }

    private void users(String content) throws Exception {
        store.put(Samples.users(content));
        ci = login(Samples.CI_TOKEN);
    }

    private Instant soon() {
        return Instant.now().plus(1, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS);
    }

    @Test
    void shouldLetNoTokenOutliveTheCredentialOfItsCreator() throws Exception {
        Instant end = soon();
        users(Samples.ci("expires='" + end + "'"));

        assertThat(refused(ci, "ci", "", Optional.of(end.plusMillis(1)))).isEqualTo(Reason.FORBIDDEN);
        IssuedToken endless =
                auth.registry().issueToken(ci, "ci", "", Optional.empty()).get();
        assertThat(endless.credential().expires()).contains(end);
        assertThat(login(endless.token()).expires()).contains(end);
        IssuedToken shorter = auth.registry()
                .issueToken(ci, "ci", "", Optional.of(end.minusSeconds(60)))
                .get();
        assertThat(login(shorter.token()).expires()).contains(end.minusSeconds(60));
    }

    @Test
    void shouldLetAnAdministratorsExpiringTokenCreateOneWithoutExpiry() throws Exception {
        store.put(Samples.users("<user name='second' roles='admin'><token sha256='" + Samples.sha256("second")
                + "' expires='" + soon() + "'/></user>"));

        IssuedToken issued = auth.registry()
                .issueToken(login("second"), "second", "", Optional.empty())
                .get();

        assertThat(issued.credential().expires()).isEmpty();
    }

    @Test
    void shouldRefuseAnActorWhoseCredentialWasRemoved() throws Exception {
        Login second = second("");
        Login gone = ci;
        store.put(Samples.users(Samples.ci("").replace(Samples.sha256(Samples.CI_TOKEN), "0".repeat(64))
                + "<user name='second'><token sha256='" + Samples.sha256("second") + "'/></user>"));

        assertThat(refused(gone, "ci", "", Optional.empty())).isEqualTo(Reason.FORBIDDEN);
        assertThat(refused(second, "ci", "", Optional.empty())).isEqualTo(Reason.FORBIDDEN);
        second = second("");
        second("disabled='true'");
        assertThat(refused(second, "root", "", Optional.empty())).isEqualTo(Reason.FORBIDDEN);
    }

    private Login second(String attributes) throws Exception {
        store.put(Samples.users(Samples.ci("") + "<user name='second' roles='admin' " + attributes + "><token sha256='"
                + Samples.sha256("second") + "'/></user>"));
        ci = login(Samples.CI_TOKEN);
        return attributes.isEmpty() ? login("second") : root;
    }

    @Test
    void shouldRefuseAnActorWithoutCredentials() throws Exception {
        Login nobody = auth.authenticator()
                .authenticate(new Credentials.None(), HERE)
                .toCompletableFuture()
                .join()
                .get();

        assertThat(refused(nobody, "anonymous", "", Optional.empty())).isEqualTo(Reason.FORBIDDEN);
        assertThat(auth.registry().credential(nobody)).isEmpty();
    }

    @Test
    void shouldLimitTheTokensThatAUserCreatesForItself() throws Exception {
        for (int i = 1; i < 5; i++) {
            issue(ci, "ci");
        }
        assertThat(refused(ci, "ci", "", Optional.empty())).isEqualTo(Reason.CONFLICT);
        assertThat(owner(issue(root, "ci"))).isEqualTo("ci");
    }

    @Test
    void shouldRemoveExpiredTokensToStayWithinTheLimit() throws Exception {
        StringBuilder tokens = new StringBuilder();
        for (int i = 1; i < 5; i++) {
            tokens.append(
                    "<token sha256='" + String.valueOf(i).repeat(64) + "' expires='2020-01-0" + i + "T00:00:00Z'/>");
        }
        users(Samples.ci("").replace("<allow", tokens + "<allow"));

        issue(ci, "ci");

        assertThat(store.text()).doesNotContain("1".repeat(64)).contains("2".repeat(64), "4".repeat(64));
    }

    @Test
    void shouldRevokeByLabelOrHashPrefix() throws Exception {
        IssuedToken one =
                auth.registry().issueToken(ci, "ci", "one", Optional.empty()).get();
        IssuedToken two =
                auth.registry().issueToken(ci, "ci", "two", Optional.empty()).get();
        String before = store.text();

        Credential revoked = auth.registry().revokeToken(ci, "ci", "one").get();
        assertThat(revoked.id()).isEqualTo(one.credential().id());
        assertThat(auth.authenticator()
                        .authenticate(Samples.bearer(one.token()), HERE)
                        .toCompletableFuture()
                        .join()
                        .isRefused())
                .isTrue();
        assertThat(owner(two.token())).isEqualTo("ci");
        auth.registry()
                .revokeToken(root, "ci", two.credential().id().substring(0, 6).toUpperCase(Locale.ROOT))
                .get();

        assertThat(auth.authenticator()
                        .authenticate(Samples.bearer(two.token()), HERE)
                        .toCompletableFuture()
                        .join()
                        .isRefused())
                .isTrue();
        assertThat(owner(Samples.CI_TOKEN)).isEqualTo("ci");
        assertThat(store.text()).hasSizeLessThan(before.length()).contains("<!-- the build machine -->");
    }

    private Reason notRevoked(Login actor, String user, String token) throws Exception {
        return auth.registry()
                .revokeToken(actor, user, token)
                .refusal()
                .orElseThrow()
                .reason();
    }

    @Test
    void shouldNotRevokeAmbiguousOrForeignTokens() throws Exception {
        issue(root, "empty");
        auth.registry().issueToken(ci, "ci", "twice", Optional.empty()).get();
        auth.registry().issueToken(ci, "ci", "twice", Optional.empty()).get();
        String hash = Samples.sha256(Samples.CI_TOKEN);

        assertThat(notRevoked(ci, "ci", "twice")).isEqualTo(Reason.CONFLICT);
        assertThat(notRevoked(ci, "ci", "none")).isEqualTo(Reason.NOT_FOUND);
        assertThat(notRevoked(ci, "ci", hash.substring(0, 5))).isEqualTo(Reason.NOT_FOUND);
        assertThat(notRevoked(ci, "ci", "")).isEqualTo(Reason.NOT_FOUND);
        assertThat(notRevoked(root, "empty", hash)).isEqualTo(Reason.NOT_FOUND);
        assertThat(notRevoked(ci, "root", Samples.sha256(Samples.ROOT_TOKEN))).isEqualTo(Reason.FORBIDDEN);
        assertThat(notRevoked(root, "nobody", hash)).isEqualTo(Reason.NOT_FOUND);
        assertThat(owner(Samples.CI_TOKEN)).isEqualTo("ci");
    }

    @Test
    void shouldLeaveItToTheValidatorToKeepTheLastAdministrator() throws Exception {
        Refusal refusal = Refusal.invalid(List.of(Violation.of("no administrator could log in")));
        store.refuse(Optional.of(refusal));

        assertThat(auth.registry()
                        .revokeToken(root, "root", Samples.sha256(Samples.ROOT_TOKEN))
                        .refusal())
                .contains(refusal);
    }

    @Test
    void shouldRotateATokenKeepingItsLabelAndLifetime() throws Exception {
        IssuedToken old = auth.registry()
                .issueToken(root, "ci", "agent", Optional.of(soon()))
                .get();

        IssuedToken fresh = auth.registry()
                .rotateToken(CONSOLE, "ci", "agent", Optional.empty(), Duration.ZERO)
                .get();

        assertThat(auth.authenticator()
                        .authenticate(Samples.bearer(old.token()), HERE)
                        .toCompletableFuture()
                        .join()
                        .isRefused())
                .isTrue();
        assertThat(login(fresh.token()).label()).contains("agent");
        assertThat(fresh.credential().expires().orElseThrow())
                .isBetween(soon().minusSeconds(60), soon().plusSeconds(60));
    }

    @Test
    void shouldKeepTheOldTokenValidDuringTheOverlap() throws Exception {
        IssuedToken old = auth.registry()
                .issueToken(root, "ci", "agent", Optional.empty())
                .get();

        Instant end = soon();
        IssuedToken fresh = auth.registry()
                .rotateToken(CONSOLE, "ci", "agent", Optional.of(end), Duration.ofMinutes(5))
                .get();

        assertThat(login(old.token()).expires().orElseThrow())
                .isBetween(Instant.now(), Instant.now().plusSeconds(301));
        assertThat(login(fresh.token()).expires()).contains(end);
        auth.registry()
                .rotateToken(CONSOLE, "ci", old.credential().id(), Optional.empty(), Duration.ofDays(1))
                .get();
        assertThat(login(old.token()).expires().orElseThrow())
                .isBefore(Instant.now().plusSeconds(301));
    }

    @Test
    void shouldReportWhenATokenWasUsed() throws Exception {
        assertThat(auth.registry().credential(ci).orElseThrow().lastUsed().orElseThrow())
                .isBetween(Instant.now().minusSeconds(60), Instant.now());
        assertThat(auth.registry().credential(ci).orElseThrow().id())
                .isEqualTo(Samples.sha256(Samples.CI_TOKEN).substring(0, 16));
        IssuedToken unused =
                auth.registry().issueToken(root, "empty", "", Optional.empty()).get();
        assertThat(account("empty").credentials())
                .containsExactly(unused.credential())
                .allMatch(each -> each.lastUsed().isEmpty());
    }

    @Test
    void shouldRevokeATokenWithItsDescendants() throws Exception {
        String child = issue(ci, "ci");
        String grandchild = issue(login(child), "ci");
        String other = issue(root, "empty");
        assertThat(store.text()).contains("parent=\"" + Samples.sha256(child) + "\"");

        List<Credential> revoked = auth.registry()
                .revokeWithDescendants(root, "ci", Samples.sha256(child))
                .get();

        assertThat(revoked).hasSize(2);
        assertThat(List.of(child, grandchild))
                .allMatch(token -> auth.authenticator()
                        .authenticate(Samples.bearer(token), HERE)
                        .toCompletableFuture()
                        .join()
                        .isRefused());
        assertThat(List.of(Samples.CI_TOKEN, other))
                .noneMatch(token -> auth.authenticator()
                        .authenticate(Samples.bearer(token), HERE)
                        .toCompletableFuture()
                        .join()
                        .isRefused());
        assertThat(store.text()).contains("<!-- the build machine -->");
    }

    @Test
    void shouldFindDescendantsOfARemovedToken() throws Exception {
        String child = issue(ci, "ci");
        String grandchild = issue(login(child), "ci");
        String greatGrandchild = issue(login(grandchild), "ci");
        auth.registry().revokeToken(root, "ci", Samples.sha256(grandchild)).get();
        auth.registry().revokeToken(root, "ci", Samples.sha256(child)).get();
        String rotated = auth.registry()
                .rotateToken(
                        login(greatGrandchild), "ci", Samples.sha256(greatGrandchild), Optional.empty(), Duration.ZERO)
                .get()
                .token();

        assertThat(auth.registry().credential(login(rotated)).orElseThrow().parent())
                .contains(Samples.sha256(Samples.CI_TOKEN).substring(0, 16));
        assertThat(auth.registry()
                        .revokeWithDescendants(root, "ci", Samples.sha256(Samples.CI_TOKEN))
                        .get())
                .hasSize(2);
        assertThat(auth.authenticator()
                        .authenticate(Samples.bearer(rotated), HERE)
                        .toCompletableFuture()
                        .join()
                        .isRefused())
                .isTrue();
    }

    @Test
    void shouldRevokeAllCredentialsOfAUser() throws Exception {
        String second = issue(ci, "ci");
        assertThat(auth.registry().revokeAll(ci, "root").refusal().orElseThrow().reason())
                .isEqualTo(Reason.FORBIDDEN);

        assertThat(auth.registry().revokeAll(root, "ci").get()).hasSize(2);

        assertThat(List.of(Samples.CI_TOKEN, second))
                .allMatch(token -> auth.authenticator()
                        .authenticate(Samples.bearer(token), HERE)
                        .toCompletableFuture()
                        .join()
                        .isRefused());
        assertThat(store.text()).contains("<allow publish='build.'/>");
    }
}
