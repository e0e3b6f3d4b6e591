package io.datahub.nats;

import static io.datahub.nats.TestHub.publish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.event.EventBroker;
import io.datahub.api.event.EventInjector;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.Session;
import io.datahub.api.event.SessionId;
import io.datahub.api.event.SessionInfo;
import io.datahub.nats.wire.Hello;
import io.datahub.nats.wire.Member;
import io.datahub.test.FakeSink;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Hubs that are connected by a real server. */
class RelayTest {

    private final List<TestHub> hubs = new ArrayList<>();
    private NatsServer server;

    @BeforeEach
    void start() throws IOException {
        server = new NatsServer();
    }

    @AfterEach
    void stop() {
        hubs.forEach(TestHub::close);
        server.close();
    }

    private TestHub hub(String name) {
        hubs.add(new TestHub(name, server));
        return hubs.get(hubs.size() - 1);
    }

    /** A hub whose broker takes nothing from the relay until the gate opens. */
    private TestHub slowHub(String name, CountDownLatch gate) {
        hubs.add(new TestHub(name, server, broker -> gated(broker, gate)));
        return hubs.get(hubs.size() - 1);
    }

    private static EventBroker gated(EventBroker broker, CountDownLatch gate) {
        return (EventBroker) Proxy.newProxyInstance(
                EventBroker.class.getClassLoader(), new Class<?>[] {EventBroker.class}, (proxy, method, arguments) -> {
                    try {
                        Object result = method.invoke(broker, arguments);
                        return result instanceof EventInjector injector ? new GatedInjector(injector, gate) : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private record GatedInjector(EventInjector injector, CountDownLatch gate) implements EventInjector {
        @Override
        public void inject(EventRun run) {
            try {
                gate.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            injector.inject(run);
        }

        @Override
        public void reportLost(long events) {
            injector.reportLost(events);
        }
    }

    /** Waits until another hub knows what a subscriber wants, and everything that was published for this has arrived. */
    private static void awaitInterest(TestHub from, Session subscriber, String topic) {
        Session publisher = from.open("ann");
        await().until(() -> {
            publish(publisher, topic, "probe");
            return !FakeSink.events(subscriber).isEmpty();
        });
        publish(publisher, topic, "last");
        await().until(() -> FakeSink.events(subscriber).contains(topic + "=last"));
        publisher.close();
    }

    @Test
    void shouldDeliverWhatIsPublishedAtAnotherHub() {
        TestHub a = hub("a");
        TestHub b = hub("b");
        Session subscriber = b.open("bob", "build.");
        awaitInterest(a, subscriber, "build.probe");
        publish(a.open("ann"), "build.done", "17");
        await().untilAsserted(() -> assertThat(FakeSink.events(subscriber)).endsWith("build.done=17"));
    }

    @Test
    void shouldConfirmASubscriptionWhenTheOtherHubsKnowOfIt() throws InterruptedException {
        TestHub a = hub("a");
        TestHub b = hub("b");
        hub("c");
        await().until(() -> b.relay.hubs().size() == 2 && a.relay.hubs().contains("b"));
        Session publisher = a.open("ann");
        for (int i = 0; i < 50; i++) {
            Session subscriber = b.open("bob", "n." + i);
            confirm(b);
            publish(publisher, "n." + i, "17");
            String event = "n." + i + "=17";
            await().untilAsserted(() -> assertThat(FakeSink.events(subscriber)).containsExactly(event));
        }
    }

    @Test
    void shouldConfirmASubscriptionAlthoughAHubDoesntAnswer() throws IOException, InterruptedException {
        TestHub a = hub("a");
        confirm(a);
        Connection silent = Nats.connect(server.url());
        byte[] hello = new Hello(new Member("silent", 1), false, List.of(), 1).encoded();
        await().until(() -> {
            silent.publish("datahub.hubs", hello); // again, since the relay may not have been connected
            return a.relay.hubs().contains("silent");
        });
        confirm(a);
        silent.close();
        server.close();
        confirm(a);
    }

    /** Waits until the subscriptions of a hub are confirmed. */
    private static void confirm(TestHub hub) throws InterruptedException {
        CountDownLatch confirmed = new CountDownLatch(1);
        hub.broker.confirmSubscriptions(confirmed::countDown);
        assertThat(confirmed.await(1, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void shouldSendOnlyWhatSomebodySubscribedTo() {
        TestHub a = hub("a");
        TestHub b = hub("b");
        Session subscriber = b.open("bob", "build.", "deploy.x");
        awaitInterest(a, subscriber, "build.probe");
        await().until(() -> a.relay.counters().sent() == b.relay.counters().received());
        long before = a.relay.counters().sent();
        Session publisher = a.open("ann");
        publish(publisher, "other.1", "no");
        publish(publisher, "deploy.y", "no");
        publish(publisher, "deploy.x1", "yes");
        await().untilAsserted(() -> assertThat(FakeSink.events(subscriber)).endsWith("deploy.x1=yes"));
        assertThat(a.relay.counters().sent()).isEqualTo(before + 1);
        subscriber.close();
        TestHub c = hub("c");
        Session other = c.open("bob", "other.");
        awaitInterest(a, other, "other.probe");
        assertThat(b.relay.counters().lost()).isZero();
    }

    @Test
    void shouldKeepTheOrderOfEachPublisherAndLoseNothing() {
        TestHub a = hub("a");
        TestHub b = hub("b");
        Session subscriber = b.open("bob", "n.");
        awaitInterest(a, subscriber, "n.probe");
        int count = 30_000;
        String filling = "x".repeat(200);
        List<Thread> publishers = new ArrayList<>();
        for (String name : List.of("n.one", "n.two")) {
            Session publisher = a.open("ann");
            publishers.add(new Thread(
                    () -> IntStream.range(0, count).forEach(i -> publish(publisher, name, i + " " + filling))));
        }
        publishers.forEach(Thread::start);
        List<String> events = new ArrayList<>();
        await().atMost(Duration.ofMinutes(1)).until(() -> {
            FakeSink.events(subscriber).stream()
                    .filter(event -> !event.startsWith("n.probe"))
                    .forEach(events::add);
            return events.size() >= 2 * count;
        });
        for (String name : List.of("n.one=", "n.two=")) {
            assertThat(events.stream().filter(event -> event.startsWith(name)))
                    .containsExactlyElementsOf(IntStream.range(0, count)
                            .mapToObj(i -> name + i + " " + filling)
                            .toList());
        }
        assertThat(b.relay.counters().lost()).isZero();
        assertThat(a.relay.counters().unsent()).isZero();
    }

    @Test
    void shouldSendAnEventThatIsLargerThanAMessage() {
        TestHub a = hub("a");
        TestHub b = hub("b");
        Session subscriber = b.open("bob", "large");
        awaitInterest(a, subscriber, "large.probe");
        String payload = "0123456789".repeat(500_000);
        Session publisher = a.open("ann");
        publish(publisher, "large", payload);
        publish(publisher, "large", "after");
        List<String> events = new ArrayList<>();
        await().until(() -> {
            FakeSink.events(subscriber).stream()
                    .filter(event -> !event.endsWith("=probe"))
                    .forEach(events::add);
            return events.size() >= 2;
        });
        assertThat(events).containsExactly("large=" + payload, "large=after");
        assertThat(b.relay.counters().lost()).isZero();
    }

    @Test
    void shouldCountExactlyWhatWasLostWhileTheServerWasAway() throws IOException {
        TestHub a = hub("a");
        TestHub b = hub("b");
        Session subscriber = b.open("bob", "n.");
        awaitInterest(a, subscriber, "n.probe");
        await().until(() -> a.relay.counters().sent() == b.relay.counters().received());
        FakeSink.events(subscriber);
        server.kill();
        RelayHealth health = new RelayHealth(a.relay);
        await().until(() -> health.check().degraded());
        assertThat(health.check().ready()).isTrue();
        assertThat(health.check().detail()).contains("no connection to NATS", "io.datahub.cluster.cfg");
        Session publisher = a.open("ann");
        Session local = a.open("bob", "n.");
        String payload = "x".repeat(10_000);
        int count = 3_000;
        for (int i = 0; i < count; i++) {
            publish(publisher, "n.x", payload);
        }
        assertThat(FakeSink.events(local)).hasSize(count);
        assertThat(a.relay.counters().unsent()).isPositive();
        server.start();
        List<String> events = new ArrayList<>();
        await().atMost(Duration.ofMinutes(1)).until(() -> {
            events.addAll(FakeSink.events(subscriber));
            return events.size() + b.relay.counters().lost() >= count;
        });
        await().during(Duration.ofMillis(1_500)).atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            events.addAll(FakeSink.events(subscriber));
            assertThat(events.size() + b.relay.counters().lost()).isEqualTo(count);
        });
        assertThat(subscriber.lost()).isEqualTo(b.relay.counters().lost());
        assertThat(health.check().degraded()).isFalse();
    }

    @Test
    void shouldNotHoldUpOthersForASlowHub() {
        CountDownLatch gate = new CountDownLatch(1);
        TestHub a = hub("a");
        TestHub slow = slowHub("slow", gate);
        TestHub quick = hub("quick");
        Session subscriber = quick.open("bob", "n.");
        Session late = slow.open("bob", "n.");
        awaitInterest(a, subscriber, "n.probe");
        await().until(() -> a.relay.hubs().size() == 2);
        Session publisher = a.open("ann");
        String payload = "x".repeat(10_000);
        int count = 4_000;
        int received = 0;
        for (int i = 0; i < count; i++) {
            publish(publisher, "n.x", payload);
            while (i - received > 100) {
                received += payloads(subscriber, payload);
            }
        }
        assertThat(a.relay.counters().unsent()).isPositive();
        long sent = a.relay.counters().sent();
        gate.countDown();
        await().until(() -> a.relay.queuedBytes() == 0 && a.relay.counters().sent() > sent);
        await().untilAsserted(() -> assertThat(slow.relay.counters().lost())
                .isEqualTo(a.relay.counters().unsent()));
        assertThat(quick.relay.counters().lost()).isZero();
        assertThat(late.lost()).isEqualTo(slow.relay.counters().lost());
    }

    private static int payloads(Session subscriber, String payload) {
        return (int) FakeSink.events(subscriber).stream()
                .filter(event -> event.endsWith("=" + payload))
                .count();
    }

    @Test
    void shouldServeAHubThatWasStartedAgain() {
        TestHub a = hub("a");
        TestHub first = hub("b");
        Session subscriber = first.open("bob", "n.");
        awaitInterest(a, subscriber, "n.probe");
        hubs.remove(first);
        first.close();
        await().until(() -> a.relay.hubs().isEmpty());
        TestHub second = hub("b");
        Session again = second.open("bob", "n.");
        awaitInterest(a, again, "n.probe");
        assertThat(second.relay.counters().lost()).isZero();
    }

    @Test
    void shouldListAndEndSessionsOfOtherHubs() {
        TestHub a = hub("a");
        TestHub b = hub("b");
        Session session = b.open("bob", "n.");
        SessionId id = new SessionId("b", session.info().id().number());
        await().untilAsserted(() -> assertThat(a.relay.sessions().sessions())
                .extracting(SessionInfo::id)
                .containsExactly(id));
        SessionInfo info = a.relay.sessions().sessions().get(0);
        assertThat(info.login().user().name()).isEqualTo("bob");
        assertThat(info.login().origin()).isEqualTo(session.login().origin());
        assertThat(info.subscriptions()).isEqualTo(1);
        assertThat(a.relay.sessions().hub()).isEqualTo("a");
        assertThat(a.relay.sessions().disconnect(new SessionId("b", 999))).isFalse();
        assertThat(a.relay.sessions().disconnect(new SessionId("c", id.number())))
                .isFalse();
        assertThat(a.relay.sessions().disconnect(id)).isTrue();
        await().until(() -> b.broker.sessions().isEmpty());
        await().until(() -> a.relay.sessions().sessions().isEmpty());
    }

    @Test
    void shouldTellTheOthersThatTheJournalHasAdvanced() {
        TestHub a = hub("a");
        TestHub b = hub("b");
        await().until(() -> {
            a.relay.advanced(42);
            return b.signals.contains(42L);
        });
        assertThat(a.signals).isEmpty();
    }

    @Test
    void shouldNoticeAHubWithTheSameName() {
        TestHub a = hub("a");
        hub("a");
        RelayHealth health = new RelayHealth(a.relay);
        await().until(() ->
                health.check().degraded() && health.check().detail().contains("another hub has the same name"));
    }

    @Test
    void shouldCountMessagesThatItDoesntUnderstand() throws IOException, InterruptedException {
        TestHub a = hub("a");
        TestHub b = hub("b");
        Session subscriber = b.open("bob", "n.");
        awaitInterest(a, subscriber, "n.probe");
        Connection stranger = Nats.connect(server.url());
        for (String subject :
                List.of("events.b", "acks.b", "greeted.b", "hubs", "sessions", "journal", "disconnect.b")) {
            stranger.publish("datahub." + subject, new byte[] {1, 0, 127});
            stranger.publish("datahub." + subject, new byte[0]);
            stranger.publish("datahub." + subject, new byte[] {9, 9, 9});
        }
        await().untilAsserted(
                        () -> assertThat(b.relay.counters().malformedMessages()).isEqualTo(21));
        stranger.close();
        awaitInterest(a, subscriber, "n.probe");
    }
}
