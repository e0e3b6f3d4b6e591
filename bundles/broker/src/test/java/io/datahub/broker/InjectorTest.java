package io.datahub.broker;

import static io.datahub.api.user.Action.PUBLISH;
import static io.datahub.api.user.Action.READ;
import static io.datahub.api.user.Action.SUBSCRIBE;
import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.event.ClusterSessions;
import io.datahub.api.event.EventInjector;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.EventWriter;
import io.datahub.api.event.Session;
import io.datahub.api.event.SessionId;
import io.datahub.api.event.SessionInfo;
import io.datahub.api.event.SharedBuffer;
import io.datahub.api.record.Cursor;
import io.datahub.api.validation.EventValidator;
import io.datahub.api.validation.Verdict;
import io.datahub.test.Configurations;
import io.datahub.test.FakeSink;
import io.datahub.test.memory.TestUsers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InjectorTest {

    private final TestUsers users =
            new TestUsers().with("all", PUBLISH, "", SUBSCRIBE, "").with("builds", SUBSCRIBE, "build.", READ, "open/");
    private final Broker broker = new Broker(Configurations.of(BrokerConfiguration.class));
    private final EventInjector injector = broker.openInjector();
    private final Session all = broker.open(users.login("all"), new FakeSink());
    private final FakeSink sink = new FakeSink();
    private final Session builds = broker.open(users.login("builds"), sink);

    @AfterEach
    void stop() {
        broker.stop();
    }

    /** A run of events with these topics and empty payloads. */
    static EventRun run(String user, long timeMillis, String... topics) {
        ByteBuffer bytes = ByteBuffer.allocate(10_000);
        for (String topic : topics) {
            bytes.put(EventWriter.write(topic.getBytes(StandardCharsets.UTF_8), new byte[0]));
        }
        bytes.flip();
        return new EventRun(new SharedBuffer(bytes.slice()), 0, bytes.limit(), topics.length, user, timeMillis);
    }

    private static void subscribe(Session session, String... prefixes) {
        for (String prefix : prefixes) {
            session.subscribe(prefix.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void shouldDeliverToSubscribersByTheirOwnGrants() {
        subscribe(all, "");
        subscribe(builds, "", "file.");
        injector.inject(run("eve", 7, "build.a", "build.b", "deploy.a", "build.c", "file.created/open/x"));
        injector.inject(run("", 8, "file.created/secret/x"));
        assertThat(FakeSink.events(all)).containsExactly("build.a=", "build.b=", "deploy.a=", "build.c=");
        assertThat(FakeSink.events(builds)).containsExactly("build.a=", "build.b=", "build.c=", "file.created/open/x=");
        assertThat(broker.counters().in()).isEqualTo(6);
    }

    @Test
    void shouldKeepPublisherTimePositionAndWholeRuns() {
        subscribe(builds, "");
        injector.inject(run("eve", 7, "build.a", "build.b"));
        injector.inject(run("bob", 8, "build.c").at(new Cursor("e", 9)));
        List<EventRun> runs = new ArrayList<>();
        builds.take(1_000_000, runs::add);
        assertThat(runs)
                .extracting(run -> run.user() + " " + run.timeMillis() + " " + run.count() + " "
                        + run.cursor().map(Cursor::toString).orElse("-"))
                .containsExactly("eve 7 2 -", "bob 8 1 e-9");
    }

    @Test
    void shouldKeepThePositionOfARunThatIsCopied() {
        Broker frugal = new Broker(Configurations.of(BrokerConfiguration.class, "pinnedBytes", 0L));
        try {
            Session session = frugal.open(users.login("builds"), new FakeSink());
            subscribe(session, "build.");
            ByteBuffer large = ByteBuffer.allocate(100_000);
            large.put(EventWriter.write("build.a".getBytes(StandardCharsets.UTF_8), new byte[0]));
            EventRun run = new EventRun(new SharedBuffer(large), 0, large.position(), 1, "eve", 7);
            frugal.openInjector().inject(run.at(new Cursor("e", 9)));
            List<EventRun> runs = new ArrayList<>();
            session.take(1_000_000, runs::add);
            assertThat(runs).singleElement().satisfies(taken -> {
                assertThat(taken.buffer()).as("a copy").isNotSameAs(run.buffer());
                assertThat(taken.cursor()).contains(new Cursor("e", 9));
            });
        } finally {
            frugal.stop();
        }
    }

    @Test
    void shouldWakeATransportWhoseEventsWereLostBeforeTheyArrived() {
        subscribe(builds, "build.");
        int woken = sink.ready.get();
        injector.reportLost(3);
        assertThat(sink.ready.get()).as("it reads them from the history").isEqualTo(woken + 1);
    }

    @Test
    void shouldFollowChangedSubscriptions() {
        injector.inject(run("eve", 7, "build.a"));
        subscribe(builds, "build.");
        injector.inject(run("eve", 7, "build.a"));
        builds.unsubscribe("build.".getBytes(StandardCharsets.UTF_8));
        injector.inject(run("eve", 7, "build.a"));
        assertThat(FakeSink.events(builds)).containsExactly("build.a=");
    }

    @Test
    void shouldNeitherValidateNorKeepAgain() {
        FakeReferences references = new FakeReferences();
        broker.router()
                .validators()
                .put(
                        references.create("1.0.0", Map.of("service.pid", "x", EventValidator.TOPICS, "*")),
                        () -> (topic, user, payload) -> Verdict.refuse("never"));
        subscribe(builds, "build.");
        injector.inject(run("nobody", 7, "build.a"));
        assertThat(FakeSink.events(builds)).containsExactly("build.a=");
    }

    @Test
    void shouldTellSubscribersOfEventsThatWereLostBeforeTheyArrived() {
        subscribe(builds, "build.", "hub.lost");
        injector.inject(run("eve", 7, "build.a"));
        injector.reportLost(3);
        injector.reportLost(2);
        injector.inject(run("eve", 7, "build.z"));
        assertThat(FakeSink.events(builds))
                .containsExactly("build.a=", "hub.lost={\"lost\":5,\"total\":5}", "build.z=");
        assertThat(builds.lost()).isEqualTo(5);
        assertThat(all.lost()).as("without subscriptions").isZero();
        int woken = sink.ready.get();
        injector.reportLost(1);
        assertThat(sink.ready).hasValue(woken + 1);
        assertThat(FakeSink.events(builds)).containsExactly("hub.lost={\"lost\":1,\"total\":6}");
    }

    @Test
    void shouldShowAndDisconnectTheSessionsOfOtherHubs() {
        assertThat(broker.sessions()).extracting(info -> info.id().toString()).containsExactly("1", "2");
        List<SessionId> disconnected = new ArrayList<>();
        ClusterSessions cluster = new ClusterSessions() {
            @Override
            public String hub() {
                return "m";
            }

            @Override
            public List<SessionInfo> sessions() {
                return List.of(info("z", 2), info("a", 11), info("a", 2));
            }

            @Override
            public boolean disconnect(SessionId id) {
                return disconnected.add(id);
            }
        };
        broker.joinCluster(cluster);
        assertThat(broker.sessions())
                .extracting(info -> info.id().toString())
                .containsExactly("m/1", "m/2", "a/2", "a/11", "z/2");
        assertThat(broker.disconnect(new SessionId("z", 2))).isTrue();
        assertThat(disconnected).containsExactly(new SessionId("z", 2));
        assertThat(broker.disconnect(new SessionId("m", 2))).isTrue();
        assertThat(broker.disconnect(new SessionId(1))).isTrue();
        assertThat(broker.sessions()).hasSize(3);
        broker.leaveCluster(cluster);
        assertThat(broker.sessions()).isEmpty();
        assertThat(broker.disconnect(new SessionId("z", 2))).isFalse();
    }

    private SessionInfo info(String hub, long number) {
        return new SessionInfo(new SessionId(hub, number), users.login("all"), Instant.EPOCH, 0, 0, 0, 0, 0, 0);
    }
}
