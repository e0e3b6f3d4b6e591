package io.datahub.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import io.datahub.api.user.UserRegistry.Account;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TokenDeskTest {

    private static final Origin HERE = Samples.from("127.0.0.1");
    private static final User CI = new User("ci", Set.of(), List.of());
    private static final User ROOT = new User("root", Set.of(User.ADMIN), List.of());

    @TempDir
    private Path home;

    private FolderStore store;
    private Auth auth;

    @BeforeEach
    void setUp() throws Exception {
        store = new FolderStore(home);
        store.put(Samples.users("  <!-- the build machine -->\n" + Samples.ci("") + "\n  <user name='empty'/>"
                + "\n  <user name='anonymous'/>"));
        UsersChanges changes = new UsersChanges();
        store.listener(changes);
        auth = new Auth(Settings.DEFAULT, store, store, changes, Clock.systemUTC(), name -> null);
    }

    @AfterEach
    void tearDown() throws Exception {
        auth.deactivate();
    }

    private Result<String> issue(User actor, String user) throws Exception {
        return auth.issueToken(actor, user, "", Optional.empty());
    }

    private Reason refused(User actor, String user, String label, Optional<Instant> expires) throws Exception {
        return auth.issueToken(actor, user, label, expires)
                .refusal()
                .orElseThrow()
                .reason();
    }

    private String owner(String token) {
        return auth.authenticate(Samples.bearer(token), HERE).get().user().name();
    }

    @Test
    void shouldIssueATokenThatIsInForceAtOnce() throws Exception {
        Instant end = Instant.now().plus(1, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);
        try (AuditLines log = new AuditLines("")) {
            String token = auth.issueToken(ROOT, "empty", "my \"agent\" <1>", Optional.of(end))
                    .get();

            assertThat(owner(token)).isEqualTo("empty");
            assertThat(token).matches("dh_[A-Za-z0-9_-]{43}");
            assertThat(store.text()).contains("<!-- the build machine -->").doesNotContain(token);
            assertThat(account("empty").credentials()).singleElement().satisfies(credential -> {
                assertThat(credential.kind()).isEqualTo("token");
                assertThat(credential.label()).isEqualTo("my \"agent\" <1>");
                assertThat(credential.expires()).contains(end);
            });
            assertThat(log.lines())
                    .anyMatch(line -> line.contains("token=issued user=empty") && line.contains("by=\"root\""));
            assertThat(String.join("", log.lines())).doesNotContain(token);
        }
    }

    private Account account(String name) {
        return auth.accounts().stream()
                .filter(account -> account.user().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldListAccountsByName() {
        assertThat(auth.accounts())
                .extracting(account -> account.user().name())
                .containsExactly("anonymous", "ci", "empty", "root");
        assertThat(account("root").credentials()).hasSize(1);
    }

    @Test
    void shouldLetUsersIssueTokensForThemselvesOnly() throws Exception {
        assertThat(owner(issue(CI, "ci").get())).isEqualTo("ci");
        assertThat(owner(issue(User.HUB, "root").get())).isEqualTo("root");
        assertThat(refused(CI, "root", "", Optional.empty())).isEqualTo(Reason.FORBIDDEN);
    }

    @Test
    void shouldRefuseWhatMakesNoSense() throws Exception {
        assertThat(refused(ROOT, "nobody", "", Optional.empty())).isEqualTo(Reason.NOT_FOUND);
        assertThat(refused(ROOT, "anonymous", "", Optional.empty())).isEqualTo(Reason.BAD_REQUEST);
        assertThat(refused(ROOT, "ci", "a\nb", Optional.empty())).isEqualTo(Reason.BAD_REQUEST);
        assertThat(refused(ROOT, "ci", "\ud800", Optional.empty())).isEqualTo(Reason.BAD_REQUEST);
        assertThat(refused(ROOT, "ci", "x".repeat(101), Optional.empty())).isEqualTo(Reason.BAD_REQUEST);
        assertThat(refused(ROOT, "ci", "", Optional.of(Instant.now()))).isEqualTo(Reason.BAD_REQUEST);
        assertThat(store.begun()).isZero();
    }

    @Test
    void shouldHandOnWhatTheStoreRefuses() throws Exception {
        store.refuse(Optional.of(new Refusal(Reason.NO_ROOM, "the disk is full")));

        assertThat(refused(ROOT, "ci", "", Optional.empty())).isEqualTo(Reason.NO_ROOM);
    }

    @Test
    void shouldWaitUntilAnEditOnDiskHasSettled() throws Exception {
        store.edit(Samples.users(""));

        assertThat(refused(ROOT, "ci", "", Optional.empty())).isEqualTo(Reason.UNAVAILABLE);
    }

    @Test
    void shouldGiveUpWhenSomebodyElseIsAlwaysFaster() throws Exception {
        store.refuse(Optional.of(new Refusal(Reason.PRECONDITION_FAILED, "somebody was faster")));

        assertThat(refused(ROOT, "ci", "", Optional.empty())).isEqualTo(Reason.UNAVAILABLE);
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
                    Result<String> token = issue(ROOT, user);
                    while (token.isRefused()) {
                        token = issue(ROOT, user);
                    }
                    return token.get();
                }));
            }
            for (int i = 0; i < issued.size(); i++) {
                String token = issued.get(i).get();
                String user = i % 2 == 0 ? "ci" : "empty";
                Await.until(() ->
                        auth.authenticate(Samples.bearer(token), HERE).refusal().isEmpty());
                assertThat(owner(token)).isEqualTo(user);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(store.text()).contains("<!-- the build machine -->");
    }
}
