package io.datahub.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.state.AdapterState;
import io.datahub.api.state.AdapterStates;
import io.datahub.api.state.StateChange;
import io.datahub.api.state.StateEntry;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.UserRegistry.Account;
import io.datahub.api.user.UserRegistry.Credential;
import io.datahub.api.user.UserRegistry.IssuedToken;
import io.datahub.auth.users.Users;
import io.datahub.test.cluster.TwoHubs;
import io.datahub.test.memory.MemoryAdapterStates;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Short-lived tokens and last uses at two hubs of a cluster. */
@Timeout(60)
class SharedCredentialsTest {

    private static final Origin HERE = Samples.from("127.0.0.1");

    @TempDir
    private Path folder;

    private final MemoryAdapterStates memory = new MemoryAdapterStates(InstantSource.system());
    private final Map<String, FolderStore> stores = new HashMap<>();
    private final List<Auth> started = new ArrayList<>();
    private volatile boolean isAway;
    private Auth first;
    private Auth second;

    /** Runs after a hub has found a token, once. */
    private final AtomicReference<Runnable> afterFinding = new AtomicReference<>();

    /** Runs after a hub has listed tokens, once. */
    private final AtomicReference<Runnable> afterListing = new AtomicReference<>();

    /** Ledgers answer when it is at zero, but for the looks for ended tokens. */
    private volatile CountDownLatch answering = new CountDownLatch(0);

    /** How often hubs have looked for ended tokens. */
    private final AtomicInteger looks = new AtomicInteger();

    /** How often hubs have looked for single tokens. */
    private final AtomicInteger finds = new AtomicInteger();

    /** The state, unless it is away. */
    private final AdapterStates states = adapter -> {
        AdapterState state = memory.of(adapter);
        return new AdapterState() {
            @Override
            public Optional<StateEntry> get(String key) throws IOException {
                Optional<StateEntry> found = reached().get(key);
                if (key.equals("~ended")) {
                    looks.incrementAndGet();
                    return found;
                }
                finds.incrementAndGet();
                if (found.isPresent()) {
                    Optional.ofNullable(afterFinding.getAndSet(null)).ifPresent(Runnable::run);
                }
                return found;
            }

            @Override
            public List<StateEntry> list(String prefix, String after, int limit) throws IOException {
                List<StateEntry> page = reached().list(prefix, after, limit);
                if (adapter.equals("auth-short-lived-tokens")) {
                    Optional.ofNullable(afterListing.getAndSet(null)).ifPresent(Runnable::run);
                }
                return page;
            }

            @Override
            public Result<Long> update(List<StateChange> changes) throws IOException {
                return reached().update(changes);
            }

            private AdapterState reached() throws IOException {
                if (isAway) {
                    throw new IOException("the ledger is away");
                }
                try {
                    if (!Thread.currentThread().getName().equals("datahub-auth-tokens")) {
                        answering.await();
                    }
                } catch (InterruptedException e) {
                    throw new InterruptedIOException();
                }
                return state;
            }
        };
    };

    @BeforeEach
    void setUp() throws Exception {
        first = start("a");
        second = start("b");
    }

    private Auth start(String name) throws IOException {
        Path home = Files.createDirectories(folder.resolve(name));
        FolderStore store = new FolderStore(home);
        stores.put(name, store);
        store.put(Samples.users(Samples.ci("")));
        return start(store);
    }

    private Auth start(FolderStore store) {
        UsersRecordListener changes = new UsersRecordListener();
        store.listener(changes);
        Auth auth = new Auth(
                Settings.DEFAULT,
                store,
                store,
                changes,
                Optional.of(new Auth.Shared(new TwoHubs(), states)),
                Clock.systemUTC(),
                key -> null);
        started.add(auth);
        return auth;
    }

    @AfterEach
    void tearDown() throws Exception {
        isAway = false;
        answering.countDown();
        for (Auth auth : started) {
            auth.deactivate();
        }
    }

    private static Result<Login> authenticate(Auth auth, String token) {
        return auth.authenticator()
                .authenticate(Samples.bearer(token), HERE)
                .toCompletableFuture()
                .join();
    }

    private static Optional<Reason> refusal(Auth auth, String token) {
        return authenticate(auth, token).refusal().map(refusal -> refusal.reason());
    }

    private static Login login(Auth auth, String token) {
        return authenticate(auth, token).get();
    }

    private static IssuedToken issue(Auth auth) throws IOException {
        return auth.registry()
                .issueShortLived(login(auth, Samples.CI_TOKEN), Duration.ofMinutes(10), "build 17")
                .get();
    }

    private static List<String> kinds(Auth auth, String user) {
        return auth.registry().accounts().stream()
                .filter(account -> account.user().name().equals(user))
                .map(Account::credentials)
                .flatMap(List::stream)
                .map(Credential::kind)
                .toList();
    }

    @Test
    void shouldAcceptATokenAtAnotherHubAtOnceAndAfterItsIssuerHasEnded() throws Exception {
        String token = issue(first).token();
        assertThat(login(second, token).user().name()).isEqualTo("ci");
        assertThat(kinds(second, "ci")).containsExactly("token", "short-lived");

        String other = issue(first).token();
        first.deactivate();
        started.remove(first);

        assertThat(login(second, other).label()).contains("build 17");
        Auth third = start("c");
        assertThat(kinds(third, "ci")).containsExactly("token", "short-lived", "short-lived");
        assertThat(memory.of("auth-short-lived-tokens").list("", "", 10))
                .hasSize(2)
                .noneMatch(entry -> entry.text().contains(token) || entry.key().contains(token));
        assertThat(folder.resolve("a/state/short-lived-tokens")).doesNotExist();
    }

    @Test
    void shouldAcceptAListedTokenAtOnceThatAnotherHubHasIssued() throws Exception {
        FolderStore store = new FolderStore(Files.createDirectories(folder.resolve("late")));
        store.put(Samples.users(""));
        Auth late = start(store);
        String token = issueForm();
        store.replaceElsewhere(
                Samples.users("<user name='new'><token sha256='" + Samples.sha256(token) + "'/></user>"));

        CompletableFuture<Result<Login>> login =
                late.authenticator().authenticate(Samples.bearer(token), HERE).toCompletableFuture();
        store.announce();

        assertThat(login.join().get().user().name()).isEqualTo("new");
        assertThat(refusal(late, issueForm())).contains(Reason.UNAUTHENTICATED);
    }

    @Test
    void shouldRenewALoginOfAnotherHub() throws Exception {
        String token = issue(first).token();
        assertThat(second.authenticator().renew(login(first, token))).isPresent();
    }

    @Test
    void shouldEndATokenAtAllHubsWhereverItIsRevoked() throws Exception {
        IssuedToken issued = issue(first);
        Login login = login(second, issued.token());
        AtomicInteger told = new AtomicInteger();
        second.addListener(authenticator -> {
            if (authenticator.renew(login).isEmpty()) {
                told.incrementAndGet();
            }
        });
        Login root = login(first, Samples.ROOT_TOKEN);

        Auth third = start("c"); // which doesn't know the token before
        assertThat(third.registry()
                        .revokeToken(root, "ci", issued.credential().id())
                        .isRefused())
                .isFalse();

        await().until(() -> told.get() > 0);
        await().until(() -> refusal(first, issued.token()).isPresent());
        assertThat(refusal(second, issued.token())).contains(Reason.UNAUTHENTICATED);
        assertThat(kinds(first, "ci")).containsExactly("token");
    }

    @Test
    void shouldAcceptNoTokenThatMayHaveEndedWhileTheLedgerIsAway() throws Exception {
        String token = issue(first).token();
        assertThat(refusal(second, token)).isEmpty();

        isAway = true;

        await().until(() -> refusal(second, token).equals(Optional.of(Reason.UNAVAILABLE)));
        assertThat(refusal(second, issueForm())).contains(Reason.UNAVAILABLE);
        isAway = false;
        await().until(() -> refusal(second, token).isEmpty());
        assertThat(refusal(second, issueForm())).contains(Reason.UNAUTHENTICATED);
    }

    @Test
    void shouldNotAskTheLedgerAgainForATokenThatNoHubHas() {
        String unknown = issueForm();
        assertThat(refusal(second, unknown)).contains(Reason.UNAUTHENTICATED);
        int asked = finds.get();
        assertThat(asked).isPositive();

        assertThat(refusal(second, unknown)).contains(Reason.UNAUTHENTICATED);

        assertThat(finds).hasValue(asked);
    }

    @Test
    void shouldNotAcceptATokenThatEndsWhileItIsLookedFor() throws Exception {
        IssuedToken issued = issue(first);
        Login root = login(first, Samples.ROOT_TOKEN);
        afterFinding.set(() -> revoke(first, root, issued));

        assertThat(refusal(second, issued.token())).contains(Reason.UNAUTHENTICATED);
    }

    @Test
    void shouldNotKeepATokenThatEndsWhileAllAreListed() throws Exception {
        for (Auth revoker : started) {
            IssuedToken issued = issue(first);
            Login root = login(revoker, Samples.ROOT_TOKEN);
            afterListing.set(() -> revoke(revoker, root, issued));

            second.registry().revokeToken(login(second, Samples.ROOT_TOKEN), "ci", "none of this name");
            assertThat(afterListing).hasNullValue();

            await().until(() -> refusal(second, issued.token()).equals(Optional.of(Reason.UNAUTHENTICATED)));
        }
    }

    /** Revokes a token, and returns when all hubs have looked what has ended since. */
    private void revoke(Auth auth, Login root, IssuedToken issued) {
        try {
            assertThat(auth.registry()
                            .revokeToken(root, "ci", issued.credential().id())
                            .isRefused())
                    .isFalse();
            int before = looks.get();
            await().until(() -> looks.get() > before + 6); // three times each hub
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldNotEndTokensElsewhereWhoseUsersAreUnknownHere() throws Exception {
        String token = issue(first).token();
        assertThat(refusal(second, token)).isEmpty();
        FolderStore store = stores.get("b");

        store.put(Samples.users(""));
        await().until(() -> refusal(second, token).equals(Optional.of(Reason.UNAUTHENTICATED)));
        second.deactivate(); // saves what has changed
        started.remove(second);

        assertThat(memory.of("auth-short-lived-tokens").list("", "", 10)).hasSize(1);
        assertThat(refusal(first, token)).isEmpty();
    }

    @Test
    void shouldAcceptATokenOnceItsOwnersCredentialIsKnown() throws Exception {
        String token = issue(first).token();
        FolderStore store = stores.get("b");
        Login login = login(second, token);
        store.put(Samples.users(""));
        await().until(() -> refusal(second, token).isPresent());
        isAway = true;
        assertThat(second.authenticator().renew(login)).isEmpty(); // without asking the ledger
        isAway = false;

        store.put(Samples.users(Samples.ci("")));

        await().until(() -> refusal(second, token).isEmpty());
    }

    @Test
    void shouldLetNobodyInBeforeThePresentUsersHaveBeenRead() throws Exception {
        second.deactivate(); // has kept the users as the last good ones
        started.remove(second);
        FolderStore store = new FolderStore(folder.resolve("b"));
        store.breakDown(true);

        Auth restarted = start(store);

        assertThat(refusal(restarted, Samples.ROOT_TOKEN)).contains(Reason.UNAVAILABLE);
        assertThat(restarted.health().ready()).isFalse();
        store.breakDown(false);
        await().until(() -> refusal(restarted, Samples.ROOT_TOKEN).isEmpty());
        assertThat(restarted.health().ready()).isTrue();
    }

    @Test
    void shouldAnswerWhoeverWaitsForTheLedgerWhenItStops() throws Exception {
        answering = new CountDownLatch(1);
        List<CompletableFuture<Result<Login>>> waiting = new ArrayList<>();
        for (int i = 0; i < 4; i++) { // more than look at once
            waiting.add(second.authenticator()
                    .authenticate(Samples.bearer(issueForm()), HERE)
                    .toCompletableFuture());
        }
        assertThat(waiting).noneMatch(CompletableFuture::isDone);

        Thread stopping = new Thread(() -> stop(second));
        stopping.start();

        await().until(() -> waiting.stream().allMatch(CompletableFuture::isDone));
        assertThat(waiting)
                .allMatch(result -> result.join().refusal().orElseThrow().reason() == Reason.UNAVAILABLE);
        answering.countDown();
        stopping.join();
        started.remove(second);
    }

    private static void stop(Auth auth) {
        try {
            auth.deactivate();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldEndExpiredLoginsWhileTheLedgerDoesNotAnswer() throws Exception {
        Login parent = login(second, Samples.CI_TOKEN);
        IssuedToken issued = second.registry()
                .issueShortLived(parent, Duration.ofSeconds(3), "build 17")
                .get();
        Login login = login(second, issued.token());
        AtomicBoolean isEnded = new AtomicBoolean();
        second.addListener(authenticator -> {
            if (authenticator.renew(login).isEmpty()) {
                isEnded.set(true);
            }
        });
        answering = new CountDownLatch(1);

        stores.get("b").put(Samples.users(Samples.ci("")) + "<!-- changed, so that uses are saved -->");

        await().until(isEnded::get);
        answering.countDown();
    }

    @Test
    void shouldKeepTheUsesOfTokensThatOnlyOtherHubsKnow() throws Exception {
        Users users = Samples.read(Samples.users(Samples.ci("")));
        LastUsedStore issuer = uses("2026-11-23T10:00:00Z");
        issuer.used("short-lived:x");
        issuer.save(users, name -> true);

        uses("2026-11-23T10:05:00Z").save(users, name -> false);

        assertThat(memory.of("uses").list("", "", 10))
                .singleElement()
                .matches(use -> use.expires().isPresent());
    }

    private static String issueForm() {
        return Tokens.random();
    }

    @Test
    void shouldShareTheLatestUses() throws Exception {
        Users users = Samples.read(Samples.users(Samples.ci("")));
        LastUsedStore early = uses("2026-11-23T10:00:00Z");
        LastUsedStore late = uses("2026-11-23T10:05:00Z");
        early.used("token:x");
        late.used("token:x");

        late.save(users, name -> true);
        early.save(users, name -> true);
        late.save(users, name -> true);

        Optional<Instant> latest = Optional.of(Instant.parse("2026-11-23T10:05:00Z"));
        assertThat(early.of("token:x")).isEqualTo(latest);
        assertThat(late.of("token:x")).isEqualTo(latest);
        late.save(users, name -> false);
        assertThat(late.of("token:x")).isEmpty();
        uses("2026-11-23T10:09:00Z").save(users, name -> false);
        assertThat(memory.of("uses").list("", "", 10)).isEmpty();
    }

    @Test
    void shouldShareTheUsesOfBeforeTheHubBelongedToTheCluster() throws Exception {
        Users users = Samples.read(Samples.users(Samples.ci("")));
        Files.writeString(
                Files.createDirectories(folder.resolve("state")).resolve("users.last-used"),
                "token:kept 2026-11-20T10:00:00Z\ntoken:removed 2026-11-20T10:00:00Z\n");

        uses("2026-11-23T10:00:00Z").save(users, "token:kept"::equals);

        assertThat(memory.of("uses").list("", "", 10))
                .extracting(StateEntry::key)
                .containsExactly("token:kept");
    }

    private LastUsedStore uses(String time) {
        return new LastUsedStore(
                () -> folder, Optional.of(states.of("uses")), Clock.fixed(Instant.parse(time), ZoneOffset.UTC));
    }
}
