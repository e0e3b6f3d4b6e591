package io.datahub.jetty.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.Result;
import io.datahub.api.Sha256;
import io.datahub.api.state.AdapterState;
import io.datahub.api.state.StateChange;
import io.datahub.api.state.StateEntry;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.jetty.authentication.WebSessions;
import io.datahub.test.cluster.TwoHubs;
import io.datahub.test.memory.MemoryAdapterStates;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What one hub of a cluster does to sessions that are used at another. */
@Timeout(60)
class SharedWebSessionsTest {

    private static final Origin HERE = new Origin("http", InetAddress.getLoopbackAddress(), false);

    private final TestUsers users = new TestUsers();
    private final AtomicLong now = new AtomicLong();
    private final AdapterState state = new MemoryAdapterStates(InstantSource.system()).of("http-sessions");
    private final List<WebSessions> started = new ArrayList<>();

    private WebSessions hub(TestUsers known, AtomicLong clock, AdapterState shared, Object... settings) {
        WebSessions sessions = new WebSessions(known.current(), Settings.with(settings), clock::get);
        sessions.share(new TwoHubs(), shared);
        started.add(sessions);
        return sessions;
    }

    private WebSessions hub(Object... settings) {
        return hub(users, now, state, settings);
    }

    @AfterEach
    void stop() {
        started.forEach(WebSessions::unshare);
    }

    private Login login(String user) {
        users.add(user, user);
        return users.memory
                .authenticate(TestUsers.token(user), HERE)
                .toCompletableFuture()
                .join()
                .get();
    }

    private List<String> stored() throws IOException {
        return state.list("", "", 1_000).stream().map(StateEntry::key).toList();
    }

    @Test
    void shouldNotEndASessionElsewhereWhoseCredentialIsUnknownHere() throws Exception {
        WebSessions first = hub();
        AtomicLong later = new AtomicLong();
        WebSessions starting = hub(new TestUsers(), later, state);
        String secret = first.open(login("jenkins"));

        assertThat(starting.login(secret, HERE)).isEmpty();
        later.addAndGet(TimeUnit.MINUTES.toNanos(1));
        assertThat(starting.login(secret, HERE)).isEmpty();

        assertThat(stored()).containsExactly(Sha256.hex(secret));
        assertThat(first.login(secret, HERE)).isPresent();
    }

    @Test
    void shouldNotEndASessionElsewhereThatIsUnusedHere() throws Exception {
        AtomicLong later = new AtomicLong();
        WebSessions first = hub(users, later, state, "maxSessions", 2);
        String anna = first.open(login("anna"));
        later.addAndGet(TimeUnit.HOURS.toNanos(13));

        String bea = first.open(login("bea"));
        first.open(login("carl"));
        first.open(login("dora"));

        assertThat(stored()).contains(Sha256.hex(anna), Sha256.hex(bea)).doesNotContain("~ended");
        assertThat(hub().login(anna, HERE)).isPresent();
    }

    @Test
    void shouldLimitTheSessionsOfAUserAtAllHubs() throws Exception {
        WebSessions first = hub();
        WebSessions second = hub();
        Login login = login("jenkins");
        List<String> others = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            first.open(login);
            others.add(second.open(login));
        }

        others.forEach(secret -> assertThat(first.login(secret, HERE)).isPresent());

        assertThat(stored().stream().filter(key -> !key.equals("~ended"))).hasSize(100);
    }

    @Test
    void shouldKeepASessionForItsIdleTimeOnly() throws Exception {
        WebSessions first = hub("sessionIdleMillis", 3_600_000L);
        String secret = first.open(login("jenkins"));

        assertThat(Duration.between(
                        InstantSource.system().instant(),
                        state.get(Sha256.hex(secret)).orElseThrow().expires().orElseThrow()))
                .isLessThanOrEqualTo(Duration.ofHours(1));
    }

    @Test
    void shouldNotKeepTheCopyOfASessionThatEndsWhileItIsLookedFor() {
        WebSessions first = hub();
        String secret = first.open(login("jenkins"));
        AtomicInteger looks = new AtomicInteger();
        AtomicInteger finds = new AtomicInteger();
        WebSessions second = hub(users, now, new AdapterState() {
            @Override
            public Optional<StateEntry> get(String key) throws IOException {
                Optional<StateEntry> found = state.get(key);
                if (key.equals("~ended")) {
                    looks.incrementAndGet();
                } else if (finds.incrementAndGet() == 1) {
                    first.end(secret);
                    int before = looks.get();
                    await().until(() -> looks.get() > before + 2);
                }
                return found;
            }

            @Override
            public List<StateEntry> list(String prefix, String after, int limit) throws IOException {
                return state.list(prefix, after, limit);
            }

            @Override
            public Result<Long> update(List<StateChange> changes) throws IOException {
                return state.update(changes);
            }
        });

        assertThat(second.login(secret, HERE)).isEmpty();
        assertThat(second.size()).isZero();
    }
}
