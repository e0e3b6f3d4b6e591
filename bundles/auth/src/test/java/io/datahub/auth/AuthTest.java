package io.datahub.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.UsersListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class AuthTest {

    private static final Origin HERE = Samples.from("127.0.0.1");
    private static final Credentials ROOT = Samples.bearer(Samples.ROOT_TOKEN);
    private static final Credentials CI = Samples.bearer(Samples.CI_TOKEN);

    @TempDir
    private Path home;

    private FolderStore store;
    private final Map<String, String> environment = new HashMap<>();
    private final List<Auth> started = new ArrayList<>();

    @BeforeEach
    void setUp() throws Exception {
        store = new FolderStore(home);
    }

    @AfterEach
    void tearDown() throws Exception {
        for (Auth auth : started) {
            auth.deactivate();
        }
    }

    private Auth start(AuthConfiguration configuration) {
        UsersRecordListener changes = new UsersRecordListener();
        store.listener(changes);
        Auth auth =
                new Auth(configuration, store, store, changes, Optional.empty(), Clock.systemUTC(), environment::get);
        started.add(auth);
        return auth;
    }

    private Auth start() {
        return start(Settings.DEFAULT);
    }

    private static boolean letsIn(Auth auth, Credentials credentials) {
        return letsIn(auth.authenticator(), credentials);
    }

    private static boolean letsIn(Authenticator authenticator, Credentials credentials) {
        return !authenticator
                .authenticate(credentials, HERE)
                .toCompletableFuture()
                .join()
                .isRefused();
    }

    @Test
    void shouldCreateTheFirstAdministratorWithATokenInAPrivateFile() throws Exception {
        try (AuditLines log = new AuditLines("")) {
            Auth auth = start();
            await().until(() -> auth.health().ready());

            Path file = home.resolve("admin.token");
            String token = Files.readString(file).strip();
            assertThat(token).matches("dh_[A-Za-z0-9_-]{43}");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            Login login = auth.authenticator()
                    .authenticate(Samples.basic("admin", token), HERE)
                    .toCompletableFuture()
                    .join()
                    .get();
            assertThat(login.user().isAdmin()).isTrue();
            assertThat(store.text()).contains(Samples.sha256(token)).doesNotContain(token);
            await().until(() -> log.lines().stream().anyMatch(line -> line.contains(file.toString())));
            assertThat(String.join("\n", log.lines())).doesNotContain(token, "event=auth.users.lost");
        }
    }

    @Test
    void shouldUseASuppliedTokenWithoutStoringIt() throws Exception {
        environment.put("DATAHUB_ADMIN_TOKEN", Samples.ROOT_TOKEN + "\n");

        Auth auth = start();

        await().until(() -> letsIn(auth, ROOT));
        assertThat(home.resolve("admin.token")).doesNotExist();
    }

    @Test
    void shouldUseATokenThatWasSuppliedInAFile() throws Exception {
        Path file = Files.writeString(home.resolve("supplied"), Samples.ROOT_TOKEN + "\n");

        Auth auth = start(Settings.withTokenFile(file.toString()));

        await().until(() -> letsIn(auth, ROOT));
    }

    @Test
    void shouldNotStartWithAnUnusableSuppliedToken() throws Exception {
        environment.put("DATAHUB_ADMIN_TOKEN", "short");
        assertThatThrownBy(this::start)
                .hasMessageContaining("DATAHUB_ADMIN_TOKEN has 5 characters; it needs at least 32");

        environment.put("DATAHUB_ADMIN_TOKEN", "x".repeat(256));
        assertThatThrownBy(this::start).hasMessageContaining("at most 255 bytes");

        environment.put("DATAHUB_ADMIN_TOKEN", "with a space with a space with a space");
        assertThatThrownBy(this::start).hasMessageContaining("space");

        environment.put("DATAHUB_ADMIN_TOKEN", Samples.ROOT_TOKEN);
        assertThatThrownBy(() -> start(Settings.withTokenFile("/some/file"))).hasMessageContaining("twice");

        environment.clear();
        assertThatThrownBy(() -> start(Settings.withTokenFile("/no/such/file")))
                .hasMessageContaining("can't be read from /no/such/file");
        assertThat(store.begun()).isZero();
    }

    @Test
    void shouldNotLookAtASuppliedTokenWhenThereAreUsers() throws Exception {
        store.put(Samples.users(""));
        environment.put("DATAHUB_ADMIN_TOKEN", "short");

        assertThat(letsIn(start(), ROOT)).isTrue();
        assertThat(store.begun()).isZero();
    }

    @Test
    void shouldWaitForTheValidatorBeforeCreatingTheAdministrator() throws Exception {
        store.refuse(Optional.of(Refusal.unavailable("the validator users is away", Duration.ofSeconds(1))));
        Auth auth = start();
        await().until(() -> store.begun() >= 1);
        assertThat(auth.health().ready()).isFalse();

        store.refuse(Optional.empty());

        await().until(() -> auth.health().ready());
        String token = Files.readString(home.resolve("admin.token")).strip();
        assertThat(letsIn(auth, Samples.bearer(token))).isTrue();
        assertThat(store.begun()).isLessThan(20);
    }

    @Test
    void shouldBeReadyAtOnceWhenThereAreUsers() throws Exception {
        store.put(Samples.users(Samples.ci("")));

        Auth auth = start();

        assertThat(auth.health().ready()).isTrue();
        assertThat(auth.health().detail()).contains("2 users");
        assertThat(letsIn(auth, CI)).isTrue();
    }

    @Test
    void shouldApplyANewVersionBeforeItsWriterGetsTheResponse() throws Exception {
        store.put(Samples.users(Samples.ci("")));
        Auth auth = start();
        Listener listener = new Listener();
        auth.addListener(listener);
        int told = listener.told.size();

        store.put(Samples.users(""));

        assertThat(letsIn(auth, CI)).isFalse();
        assertThat(listener.told).hasSize(told + 1);
    }

    @Test
    void shouldKeepTheLastUsersWhenTheNewVersionIsInvalid() throws Exception {
        store.put(Samples.users(""));
        Auth auth = start();

        store.put("<broker-users/>");

        assertThat(letsIn(auth, ROOT)).isTrue();
        assertThat(auth.health().detail()).contains("is invalid");
    }

    @Test
    void shouldLetOthersInWhenAnAcceptedSshKeyCannotBeUsed() throws Exception {
        String bad = "<ssh-key>ssh-ed25519 AAAA</ssh-key><trust issuer='https://x.org'/></user>";
        store.put(Samples.users(Samples.ci("").replace("</user>", bad)));

        Auth auth = start();

        assertThat(letsIn(auth, ROOT)).isTrue();
        assertThat(letsIn(auth, CI)).isTrue();
        assertThat(auth.health().degraded()).isTrue();
        assertThat(auth.health().detail()).contains("2 of the ssh-key and trust elements", "user ci");
        store.put(Samples.users(Samples.ci("")));
        assertThat(auth.health().degraded()).isFalse();
    }

    @Test
    void shouldNotApplyAnEditBeforeItHasSettledAndIsValidated() throws Exception {
        store.put(Samples.users(""));
        Auth auth = start();

        store.edit(Samples.users(Samples.ci("")));
        assertThat(letsIn(auth, CI)).isFalse();
        store.settle();

        assertThat(letsIn(auth, CI)).isTrue();
    }

    @Test
    void shouldUseTheLastGoodCopyWhenTheFileWasEditedWhileTheHubWasDown() throws Exception {
        store.put(Samples.users(""));
        start();
        store.edit(Samples.users(Samples.ci("")));

        Auth auth = start();

        assertThat(letsIn(auth, ROOT)).isTrue();
        assertThat(letsIn(auth, CI)).isFalse();
        store.settle();
        assertThat(letsIn(auth, CI)).isTrue();
    }

    @Test
    void shouldUseTheLastGoodCopyWhenTheFileIsBroken() throws Exception {
        store.put(Samples.users(""));
        start();
        store.put("broken");

        Auth auth = start();

        assertThat(letsIn(auth, ROOT)).isTrue();
        assertThat(auth.health().ready()).isTrue();
        assertThat(auth.health().detail()).contains("last good");
        Path copy = home.resolve("state/users.last-good.xml");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copy)))
                .isEqualTo("rw-------");
    }

    @Test
    void shouldRestoreTheLastGoodUsersWhenTheFileIsMissing() throws Exception {
        store.put(Samples.users(""));
        start();
        store.lose();

        Auth auth = start();

        await().until(() -> Files.exists(home.resolve("files/broker_users.xml")));
        assertThat(store.text()).isEqualTo(Samples.users(""));
        assertThat(letsIn(auth, ROOT)).isTrue();
        assertThat(home.resolve("admin.token")).doesNotExist();
    }

    @Test
    void shouldRestoreTheUsersWhenTheFileIsDeletedWhileTheHubRuns() throws Exception {
        store.put(Samples.users(""));
        Auth auth = start();

        store.lose();

        assertThat(letsIn(auth, ROOT)).isTrue();
        await().until(() -> Files.exists(home.resolve("files/broker_users.xml")));
        await().until(() -> !auth.health().detail().contains("no record"));
    }

    @Test
    void shouldRestoreTheUsersWhenTheFileAndItsCopyAreDeletedWhileTheHubRuns() throws Exception {
        store.put(Samples.users(Samples.ci("")));
        Auth auth = start();

        Files.delete(home.resolve("state/users.last-good.xml"));
        store.lose();

        await().until(() -> Files.exists(home.resolve("files/broker_users.xml")));
        assertThat(store.text()).isEqualTo(Samples.users(Samples.ci("")));
        assertThat(letsIn(auth, CI)).isTrue();
        assertThat(home.resolve("admin.token")).doesNotExist();
    }

    @Test
    void shouldReportLostUsersWhenTheFileAndItsCopyAreMissingAtStartup() throws Exception {
        Files.createDirectories(home.resolve("state"));
        Files.writeString(home.resolve("state/users.last-used"), "");
        try (AuditLines log = new AuditLines("")) {
            Auth auth = start();
            await().until(() -> auth.health().ready());

            await().until(() -> log.lines().stream().anyMatch(line -> line.contains("restore the file from a backup")));
        }
    }

    /** Also if it isn't known what became of the attempt. */
    @ParameterizedTest
    @EnumSource(names = {"PRECONDITION_FAILED", "UNAVAILABLE"})
    void shouldDeleteTheTokenWhenAnotherHubCreatedTheFile(Reason reason) throws Exception {
        store.refuse(Optional.of(new Refusal(reason, "somebody was faster")));
        start();
        await().until(() -> store.begun() >= 1 && Files.exists(home.resolve("admin.token")));

        store.put(Samples.users(Samples.ci("")));

        await().until(() -> !Files.exists(home.resolve("admin.token")));
    }

    @Test
    void shouldKeepTheTokenWhenTheAnswerToItsOwnAttemptWasLost() throws Exception {
        store.refuse(Optional.of(new Refusal(Reason.UNAVAILABLE, "no answer")));
        try (AuditLines log = new AuditLines("")) {
            Auth auth = start();
            await().until(() -> store.begun() >= 1 && Files.exists(home.resolve("admin.token")));
            String token = Files.readString(home.resolve("admin.token")).strip();

            store.put(Samples.users(
                    "<user name='admin' roles='admin'><token sha256='" + Samples.sha256(token) + "'/></user>"));

            await().until(() -> log.lines().stream().anyMatch(line -> line.contains("event=auth.users.created")));
            assertThat(letsIn(auth, Samples.bearer(token))).isTrue();
            assertThat(home.resolve("admin.token")).exists();
        }
    }

    @Test
    void shouldRecoverWhenTheDiskIsRepaired() throws Exception {
        store.put(Samples.users(""));
        store.breakDown(true);
        Auth auth = start();
        assertThat(auth.health().ready()).isFalse();
        assertThat(letsIn(auth, ROOT)).isFalse();

        store.breakDown(false);

        await().until(() -> letsIn(auth, ROOT));
    }

    @Test
    void shouldDetectAChangeWithoutNotification() throws Exception {
        store.put(Samples.users(""));
        Auth auth = new Auth(
                Settings.DEFAULT,
                store,
                store,
                new UsersRecordListener(),
                Optional.empty(),
                Clock.systemUTC(),
                environment::get);
        started.add(auth);

        store.put(Samples.users(Samples.ci("")));

        await().until(() -> letsIn(auth, CI));
    }

    @Test
    void shouldNotifyListenersWhenACredentialExpires() throws Exception {
        Instant end = Instant.now().plus(700, ChronoUnit.MILLIS);
        store.put(Samples.users(Samples.ci("expires='" + end + "'")));
        Auth auth = start();
        Login login = auth.authenticator()
                .authenticate(CI, HERE)
                .toCompletableFuture()
                .join()
                .get();
        Listener listener = new Listener();
        auth.addListener(listener);
        assertThat(listener.told).hasSize(1);

        await().until(() -> listener.told.size() == 2);

        assertThat(Instant.now()).isAfterOrEqualTo(end);
        assertThat(auth.authenticator().renew(login)).isEmpty();
        assertThat(letsIn(auth, CI)).isFalse();
    }

    @Test
    void shouldNotifyOtherListenersWhenOneThrows() throws Exception {
        store.put(Samples.users(""));
        Auth auth = start();
        Listener listener = new Listener();
        auth.addListener(authenticator -> {
            throw new IllegalStateException("listener");
        });
        auth.addListener(listener);

        store.put(Samples.users(Samples.ci("")));

        assertThat(listener.told).hasSize(2);
        auth.removeListener(listener);
        store.put(Samples.users(""));
        assertThat(listener.told).hasSize(2);
    }

    @Test
    void shouldRefuseEveryLoginAfterDeactivation() throws Exception {
        store.put(Samples.users(""));
        Auth auth = start();
        Login login = auth.authenticator()
                .authenticate(ROOT, HERE)
                .toCompletableFuture()
                .join()
                .get();
        Listener listener = new Listener();
        auth.addListener(listener);

        auth.deactivate();
        store.put(Samples.users(Samples.ci("")));

        Authenticator last = listener.told.get(listener.told.size() - 1);
        assertThat(last.renew(login)).isEmpty();
        assertThat(letsIn(last, ROOT)).isFalse();
        assertThat(last.failureDelay(HERE)).isZero();
        assertThat(auth.authenticator().renew(login)).isEmpty();
        assertThat(letsIn(auth, ROOT)).isFalse();
    }

    @Test
    void shouldAuditChangesOfUsers() throws Exception {
        store.put(Samples.users(Samples.ci("label='a b'")));
        start();
        try (AuditLines audit = new AuditLines("io.datahub.audit")) {
            store.put(Samples.users("<user name='new' roles='monitor'/>"
                    + "<user name='ci' disabled='true'><allow publish=''/></user>"));
            store.put(Samples.users("<user name='new' roles='monitor'/>"));

            assertThat(audit.lines())
                    .anyMatch(line -> line.contains("change=user-added user=new roles=monitor"))
                    .anyMatch(line -> line.contains("change=user-disabled user=ci"))
                    .anyMatch(line -> line.contains("change=user-rights user=ci"))
                    .anyMatch(line -> line.contains("change=token-removed user=ci begins="
                                    + Samples.sha256(Samples.CI_TOKEN).substring(0, 8) + " label=\"a b\"")
                            && line.contains("by=\"editor\""))
                    .anyMatch(line -> line.contains("change=user-removed user=ci"));
        }
    }

    private static final class Listener implements UsersListener {
        private final List<Authenticator> told = new CopyOnWriteArrayList<>();

        @Override
        public void usersChanged(Authenticator authenticator) {
            told.add(authenticator);
        }
    }

    @Test
    void shouldNotifySessionsOfAChangeBeforeTheAuditLog() throws Exception {
        store.put(Samples.users(Samples.ci("")));
        Auth auth = start();
        try (AuditLines audit = new AuditLines("io.datahub.audit")) {
            List<Integer> linesBefore = new CopyOnWriteArrayList<>();
            auth.addListener(authenticator -> linesBefore.add(audit.lines().size()));
            linesBefore.clear();

            store.put(Samples.users(""));

            assertThat(linesBefore).containsExactly(0);
            assertThat(audit.lines()).anyMatch(line -> line.contains("user-removed"));
        }
    }

    @Test
    void shouldLoadAHundredThousandUsersAndTenThousandTokens() throws Exception {
        StringBuilder text = new StringBuilder("<user name='many'>");
        for (int i = 0; i < 10_000; i++) {
            text.append("<token sha256='").append(Samples.sha256("many " + i)).append("' label='agent'/>\n");
        }
        text.append("</user>\n");
        for (int i = 0; i < 100_000; i++) {
            text.append("<user name='user-").append(i).append("'><token sha256='");
            text.append(Samples.sha256("user " + i))
                    .append("' created='2026-11-23T10:00:00Z' label='agent'/></user>\n");
        }
        store.put(Samples.users(text.toString()));
        Auth auth = start();

        store.put(Samples.users(text.toString() + Samples.ci("")));

        await().until(() -> letsIn(auth, CI));
        assertThat(letsIn(auth, Samples.bearer("user 99999"))).isTrue();
        assertThat(letsIn(auth, Samples.bearer("many 9999"))).isTrue();
    }
}
