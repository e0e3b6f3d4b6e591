package io.datahub.broker;

import static io.datahub.api.user.Action.PUBLISH;
import static io.datahub.api.user.Action.READ;
import static io.datahub.api.user.Action.SUBSCRIBE;
import static io.datahub.test.FakeSink.events;
import static io.datahub.test.FakeSink.runs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.Result;
import io.datahub.api.event.CloseReason;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.EventWriter;
import io.datahub.api.event.Published;
import io.datahub.api.event.Session;
import io.datahub.api.event.SessionInfo;
import io.datahub.api.event.SharedBuffer;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.LoginSession;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import io.datahub.test.Configurations;
import io.datahub.test.FakeSink;
import io.datahub.test.memory.TestUsers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BrokerTest {

    private final TestUsers users = new TestUsers()
            .with("ci", PUBLISH, "build.", SUBSCRIBE, "build.")
            .with("dev", SUBSCRIBE, "", READ, "builds/")
            .with("nobody")
            .withRole("ops", User.MONITOR)
            .withRole("root", User.ADMIN);
    private final Broker broker =
            new Broker(Configurations.of(BrokerConfiguration.class, Map.of("maxSubscriptions", 3)));
    private final FakeSink sink = new FakeSink();

    @AfterEach
    void stop() {
        broker.stop();
    }

    private Session open(String user) {
        return broker.open(users.login(user), new FakeSink());
    }

    private Session subscribed(String user, String... prefixes) {
        Session session = broker.open(users.login(user), sink);
        for (String prefix : prefixes) {
            assertThat(session.subscribe(bytes(prefix))).isTrue();
        }
        return session;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void shouldDeliverAnEventToSubscribersOfItsTopic() {
        Session one = subscribed("ci", "build.");
        Session other = subscribed("ci", "build.x");

        assertThat(Publishing.publish(open("ci"), "build.done", bytes("1"))).isEqualTo(Published.ACCEPTED);

        assertThat(events(one)).containsExactly("build.done=1");
        assertThat(events(other)).isEmpty();
    }

    @Test
    void shouldDeliverAnEventOnceToASubscriberOfSeveralOfItsPrefixes() {
        Session session = subscribed("ci", "", "build.", "build.d");

        Publishing.publish(open("ci"), "build.done", bytes("1"));

        assertThat(events(session)).containsExactly("build.done=1");
    }

    @Test
    void shouldNeedAsManyUnsubscriptionsAsThereWereSubscriptions() {
        Session session = subscribed("ci", "build.", "build.");
        Session publisher = open("ci");

        assertThat(session.unsubscribe(bytes("build."))).isTrue();
        Publishing.publish(publisher, "build.1", bytes(""));
        assertThat(session.unsubscribe(bytes("build."))).isTrue();
        Publishing.publish(publisher, "build.2", bytes(""));

        assertThat(events(session)).containsExactly("build.1=");
        assertThat(session.unsubscribe(bytes("build."))).isFalse();
    }

    @Test
    void shouldLimitTheNumberOfSubscriptions() {
        Session session = subscribed("ci", "a", "b", "b");

        assertThat(session.subscribe(bytes("c"))).isFalse();
        assertThat(session.unsubscribe(bytes("b"))).isTrue();
        assertThat(session.subscribe(bytes("c"))).isTrue();
        assertThat(session.info().subscriptions()).isEqualTo(3);
    }

    @Test
    void shouldRefuseWhatMustNotBePublishedAndCountIt() {
        Session session = open("ci");
        Session root = open("root");

        assertThat(Publishing.publish(session, "deploy.done")).isEqualTo(Published.NOT_GRANTED);
        assertThat(Publishing.publish(root, "file.created/x")).isEqualTo(Published.RESERVED);
        assertThat(Publishing.publish(root, "hub.x")).isEqualTo(Published.RESERVED);
        assertThat(Publishing.publish(root, "")).isEqualTo(Published.BAD_TOPIC);
        assertThat(Publishing.publish(root, "a\0b")).isEqualTo(Published.BAD_TOPIC);
        assertThat(Publishing.publish(root, "x".repeat(4201))).isEqualTo(Published.TOPIC_TOO_LONG);
        assertThat(Publishing.publish(root, "x".repeat(4200))).isEqualTo(Published.ACCEPTED);
        assertThat(Publishing.publish(root, "grüße")).isEqualTo(Published.ACCEPTED);
        assertThat(session.info().refused()).isEqualTo(1);
        assertThat(root.info().refused()).isEqualTo(5);
        assertThat(broker.counters().refused()).isEqualTo(6);
        assertThat(broker.counters().in()).isEqualTo(2);
    }

    @Test
    void shouldPublishRefusalsToMonitorsThatSubscribe() {
        Session monitor = subscribed("ops", "hub.refused");
        Session everything = subscribed("root", "");
        Session curious = subscribed("ci", "hub.refused");

        Publishing.publish(open("ci"), "deploy.\"x\"");

        assertThat(events(monitor))
                .containsExactly("hub.refused={\"topic\":\"deploy.\\\"x\\\"\",\"user\":\"ci\",\"transport\":\"test\","
                        + "\"address\":\"127.0.0.1\",\"status\":403,\"detail\":\"you have no grant to publish this topic;"
                        + " an administrator can add one\"}");
        assertThat(events(everything)).isEmpty();
        assertThat(events(curious)).isEmpty();
    }

    private static Published single(Session session, String frame) {
        ByteBuffer bytes = EventWriter.write(frame.getBytes(StandardCharsets.UTF_8));
        int topicEnd = EventReader.topicEnd(bytes, 2, bytes.limit());
        Published published = Publishing.publish(session, new SharedBuffer(bytes), 0, bytes.limit(), 2, topicEnd);
        session.flush();
        return published;
    }

    @Test
    void shouldMatchTheWholeFirstFrameWhereItIsTheOnlyOne() {
        Session root = open("root");
        Session blank = open("root");
        Session payload = open("root");
        Session other = open("root");
        Session nul = open("root");
        blank.subscribe("10001 ".getBytes(StandardCharsets.UTF_8));
        blank.subscribe("10001".getBytes(StandardCharsets.UTF_8));
        payload.subscribe("10001 80".getBytes(StandardCharsets.UTF_8));
        other.subscribe("10001 9".getBytes(StandardCharsets.UTF_8));
        nul.subscribe("10001\0".getBytes(StandardCharsets.UTF_8));

        assertThat(single(root, "10001 80 60")).isEqualTo(Published.ACCEPTED);
        assertThat(single(root, "10001 9")).isEqualTo(Published.ACCEPTED);
        assertThat(single(root, "10001\u00008")).isEqualTo(Published.ACCEPTED);
        assertThat(Publishing.publish(root, "10001", "80".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(Published.ACCEPTED);
        assertThat(single(root, "100010 80")).isEqualTo(Published.ACCEPTED);

        assertThat(events(blank)).containsExactly("10001=80 60", "10001=9", "10001=8", "10001=80", "100010=80");
        assertThat(events(payload)).containsExactly("10001=80 60");
        assertThat(events(other)).containsExactly("10001=9");
        assertThat(events(nul)).containsExactly("10001=8");

        payload.unsubscribe("10001 80".getBytes(StandardCharsets.UTF_8));
        assertThat(single(root, "10001 80 60")).isEqualTo(Published.ACCEPTED);
        assertThat(events(payload)).isEmpty();
    }

    @Test
    void shouldRefuseATopicThatIsNoUtf8() {
        ByteBuffer bytes = EventWriter.write(new byte[] {'a', (byte) 0xff}, new byte[1]);
        Session root = open("root");

        assertThat(Publishing.publish(root, new SharedBuffer(bytes), 0, bytes.limit(), 2, 4))
                .isEqualTo(Published.BAD_TOPIC);
    }

    @Test
    void shouldRefuseAMessageOverTheLimitAndTakeOneOfExactlyThatSize() {
        Broker small = new Broker(Configurations.of(BrokerConfiguration.class, Map.of("maxMessageBytes", 1000)));
        Session session = small.open(users.login("root"), new FakeSink());

        assertThat(Publishing.publish(session, "t", new byte[1000])).isEqualTo(Published.ACCEPTED);
        assertThat(Publishing.publish(session, "t", new byte[1001])).isEqualTo(Published.TOO_LARGE);
        small.stop();
    }

    @Test
    void shouldEnqueueEventsInARowOnceForEachReceiver() {
        Session one = subscribed("dev", "");
        Session other = subscribed("dev", "build.");
        Session publisher = open("ci");
        Batch batch = new Batch(1000);
        batch.add("build.a", "1").add("build.a", "2").add("build.b", "3");

        assertThat(batch.publish(publisher)).containsOnly(Published.ACCEPTED);
        assertThat(one.take(1000, run -> {})).isZero();
        publisher.flush();

        List<EventRun> runs = runs(one);
        assertThat(runs).hasSize(1);
        assertThat(runs.get(0).count()).isEqualTo(3);
        assertThat(runs.get(0).user()).isEqualTo("ci");
        assertThat(runs.get(0).timeMillis()).isPositive();
        assertThat(events(other)).containsExactly("build.a=1", "build.a=2", "build.b=3");
    }

    @Test
    void shouldKeepTheOrderWhenReceiversDiffer() {
        Session all = subscribed("dev", "");
        Session some = subscribed("dev", "build.b");
        Session publisher = open("root");
        Batch batch = new Batch(1000);
        batch.add("build.a", "1").add("build.b", "2").add("other", "3").add("build.b", "4");
        batch.publish(publisher);
        publisher.flush();

        assertThat(events(all)).containsExactly("build.a=1", "build.b=2", "other=3", "build.b=4");
        assertThat(events(some)).containsExactly("build.b=2", "build.b=4");
    }

    @Test
    void shouldSkipARefusedEventAmongOthers() {
        Session all = subscribed("dev", "");
        Session publisher = open("ci");
        Batch batch = new Batch(1000);
        batch.add("build.a", "1").add("secret", "2").add("build.a", "3");

        assertThat(batch.publish(publisher))
                .containsExactly(Published.ACCEPTED, Published.NOT_GRANTED, Published.ACCEPTED);
        publisher.flush();

        assertThat(events(all)).containsExactly("build.a=1", "build.a=3");
    }

    @Test
    void shouldCallReadyOnceUntilTheQueueIsEmpty() {
        Session session = subscribed("ci", "build.");
        Session publisher = open("ci");
        Publishing.publish(publisher, "build.1", bytes("x"));
        Publishing.publish(publisher, "build.2", bytes("x"));
        assertThat(sink.ready).hasValue(1);

        assertThat(session.take(1, run -> {})).isPositive();
        Publishing.publish(publisher, "build.3", bytes("x"));
        assertThat(sink.ready).hasValue(1);

        assertThat(runs(session)).hasSize(2);
        Publishing.publish(publisher, "build.4", bytes("x"));
        assertThat(sink.ready).hasValue(2);
    }

    @Test
    void shouldTakeNoMoreThanAskedForButAlwaysOneRun() {
        Session session = subscribed("ci", "build.");
        Session publisher = open("ci");
        for (int i = 0; i < 3; i++) {
            Publishing.publish(publisher, "build.1", new byte[100]);
        }
        int one = 2 + 7 + 2 + 100;

        assertThat(session.take(1, run -> {})).isEqualTo(one);
        assertThat(session.take(one + 1, run -> {})).isEqualTo(2 * one);
        assertThat(session.take(1, run -> {})).isZero();
    }

    @Test
    void shouldDeliverByTheCurrentGrants() {
        Session session = subscribed("ci", "");
        Session publisher = open("root");
        Publishing.publish(publisher, "deploy.1");

        users.with("ci", SUBSCRIBE, "deploy.");
        broker.usersChanged(users.memory);
        Publishing.publish(publisher, "deploy.2");
        Publishing.publish(publisher, "build.3");

        assertThat(events(session)).containsExactly("deploy.2=");
        assertThat(sink.renewed).hasSize(1);
        assertThat(session.login().user().maySubscribe(bytes("deploy."))).isTrue();
    }

    @Test
    void shouldRefusePublishingAtOnceWhenTheGrantIsRevoked() {
        Session publisher = open("ci");
        assertThat(Publishing.publish(publisher, "build.1")).isEqualTo(Published.ACCEPTED);

        users.with("ci", PUBLISH, "deploy.");
        broker.usersChanged(users.memory);

        assertThat(Publishing.publish(publisher, "build.1")).isEqualTo(Published.NOT_GRANTED);
        assertThat(Publishing.publish(publisher, "deploy.1")).isEqualTo(Published.ACCEPTED);
    }

    @Test
    void shouldApplyChangedUsersAlthoughALoginCannotBeChecked() {
        FakeSink unchecked = new FakeSink();
        broker.open(users.login("dev"), unchecked);
        Session session = subscribed("ci", "");
        Session publisher = open("root");
        users.with("ci", SUBSCRIBE, "deploy.");

        broker.usersChanged(new Authenticator() {
            @Override
            public CompletionStage<Result<Login>> authenticate(Credentials credentials, Origin origin) {
                return users.memory.authenticate(credentials, origin);
            }

            @Override
            public boolean isKnown(Credentials credentials, Origin origin) {
                return users.memory.isKnown(credentials, origin);
            }

            @Override
            public Optional<Login> renew(Login login) {
                if (login.user().name().equals("dev")) {
                    throw new UncheckedIOException(new IOException("the ledger is away"));
                }
                return users.memory.renew(login);
            }

            @Override
            public Duration failureDelay(Origin origin) {
                return Duration.ZERO;
            }
        });

        assertThat(unchecked.ended).containsExactly(CloseReason.ACCESS_LOST);
        Publishing.publish(publisher, "build.1");
        Publishing.publish(publisher, "deploy.1");
        assertThat(events(session)).containsExactly("deploy.1=");
    }

    @Test
    void shouldEndTheSessionsOfARemovedUser() {
        Session session = subscribed("ci", "");
        Session other = open("dev");
        users.without("ci");

        broker.usersChanged(users.memory);

        assertThat(sink.ended).containsExactly(CloseReason.ACCESS_LOST);
        assertThat(Publishing.publish(session, "build.1")).isEqualTo(Published.CLOSED);
        assertThat(broker.sessions())
                .extracting(SessionInfo::id)
                .containsExactly(other.info().id());
    }

    @Test
    void shouldRefuseAKnownTopicOnceTheSessionIsClosed() {
        Session session = open("ci");
        assertThat(Publishing.publish(session, "build.1")).isEqualTo(Published.ACCEPTED);

        session.close();

        assertThat(Publishing.publish(session, "build.1")).isEqualTo(Published.CLOSED);
    }

    @Test
    void shouldKeepTheRoutesOfOthersWhenASessionWithoutSubscriptionsCloses() {
        long epoch = broker.router().epoch();
        try (Session session = open("ci")) {
            Publishing.publish(session, "build.1");
        }

        assertThat(broker.router().epoch()).isEqualTo(epoch);
    }

    @Test
    void shouldEndTheSessionsOfABrowserSessionThatEnds() {
        LoginSession browser = new LoginSession();
        LoginSession another = new LoginSession();
        broker.open(users.login("ci").in(Optional.of(browser)), sink);
        FakeSink other = new FakeSink();
        broker.open(users.login("ci").in(Optional.of(another)), other);
        broker.open(users.login("ci"), other);
        broker.usersChanged(users.memory);

        browser.end();

        assertThat(sink.ended).containsExactly(CloseReason.ACCESS_LOST);
        assertThat(other.ended).isEmpty();
        assertThat(broker.sessions()).hasSize(2);
    }

    @Test
    void shouldEndASessionThatIsOpenedAfterItsBrowserSessionHasEnded() {
        LoginSession browser = new LoginSession();
        browser.end();

        broker.open(users.login("ci").in(Optional.of(browser)), sink);

        assertThat(sink.ended).containsExactly(CloseReason.ACCESS_LOST);
        assertThat(broker.sessions()).isEmpty();
    }

    @Test
    void shouldEndASessionThatIsOpenedWithAnOutdatedLogin() {
        var login = users.login("ci");
        users.without("ci");
        broker.usersChanged(users.memory);

        broker.open(login, sink);

        assertThat(sink.ended).containsExactly(CloseReason.ACCESS_LOST);
        assertThat(broker.sessions()).isEmpty();
    }

    @Test
    void shouldDeliverFileEventsOnlyToUsersWhoMayReadThePath() {
        Session reader = subscribed("dev", "");
        Session other = subscribed("ci", "", "file.");
        Session root = subscribed("root", "file.deleted/");

        broker.announce("file.created/builds/app.tgz", bytes("{}"));
        broker.announce("file.created/secret/app.tgz", bytes("{}"));
        broker.announce("file.deleted/secret/app.tgz", bytes("{}"));
        broker.announce("file.created/broker_users.xml", bytes("{}"));

        assertThat(events(reader)).containsExactly("file.created/builds/app.tgz={}");
        assertThat(events(other)).isEmpty();
        assertThat(events(root)).containsExactly("file.deleted/secret/app.tgz={}");
    }

    @Test
    void shouldDeliverHubTopicsToMonitorsThatSubscribe() {
        Session asks = subscribed("ops", "hub.");
        Session asksShort = subscribed("ops", "", "hub");
        Session mayNot = subscribed("dev", "hub.");

        broker.announce("hub.started", bytes("now"));

        assertThat(events(asks)).containsExactly("hub.started=now");
        assertThat(events(asksShort)).isEmpty();
        assertThat(events(mayNot)).isEmpty();
    }

    @Test
    void shouldListAndDisconnectSessions() {
        Session session = subscribed("ci", "build.");
        Publishing.publish(open("ci"), "build.1", bytes("x"));
        SessionInfo info = broker.sessions().get(0);

        assertThat(info.login().user().name()).isEqualTo("ci");
        assertThat(info.subscriptions()).isEqualTo(1);
        assertThat(info.queuedBytes()).isPositive();
        assertThat(broker.disconnect(info.id())).isTrue();
        assertThat(broker.disconnect(info.id())).isFalse();
        assertThat(sink.ended).containsExactly(CloseReason.DISCONNECTED);
        assertThat(session.take(100, run -> {})).isZero();
        assertThat(broker.counters().queuedBytes()).isZero();
    }

    @Test
    void shouldCountForEachSessionAndForAll() {
        Session session = subscribed("ci", "build.");
        Session publisher = open("ci");
        Publishing.publish(publisher, "build.1");
        Publishing.publish(publisher, "build.2");
        events(session);

        assertThat(session.info().out()).isEqualTo(2);
        assertThat(publisher.info().in()).isEqualTo(2);
        session.close();
        publisher.close();
        assertThat(broker.counters().in()).isEqualTo(2);
        assertThat(broker.counters().out()).isEqualTo(2);
    }

    @Test
    void shouldNotNotifyASessionThatClosesItself() {
        Session session = subscribed("ci", "build.");
        session.close();
        Publishing.publish(open("ci"), "build.1");

        assertThat(sink.ended).isEmpty();
        assertThat(sink.ready).hasValue(0);
        assertThat(broker.check().detail()).contains("subscriptions=0");
    }

    @Test
    void shouldEndAllSessionsOnShutdown() {
        subscribed("ci", "build.");

        broker.stop();

        assertThat(sink.ended).containsExactly(CloseReason.HUB_STOPS);
    }

    @Test
    void shouldContinueWhenATransportFails() {
        Session bad = broker.open(users.login("ci"), new FakeSinkThatFails());
        bad.subscribe(bytes("build."));
        Session good = subscribed("ci", "build.");

        Publishing.publish(open("ci"), "build.1");

        assertThat(events(good)).containsExactly("build.1=");
    }

    @Test
    void shouldNameTheKeyOfAValueThatIsOutOfRange() {
        assertThatThrownBy(() -> new Broker(Configurations.of(BrokerConfiguration.class, Map.of("highWaterBytes", 0L))))
                .hasMessageContaining("highWaterBytes")
                .hasMessageContaining("io.datahub.broker.cfg");
    }
}
