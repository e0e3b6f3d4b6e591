package io.datahub.broker;

import static io.datahub.api.user.Action.PUBLISH;
import static io.datahub.api.user.Action.SUBSCRIBE;
import static io.datahub.test.FakeSink.events;
import static io.datahub.test.FakeSink.runs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.datahub.api.event.CloseReason;
import io.datahub.api.event.EventWriter;
import io.datahub.api.event.Session;
import io.datahub.api.event.SessionInfo;
import io.datahub.api.event.SharedBuffer;
import io.datahub.broker.queue.QueueLimits;
import io.datahub.test.Configurations;
import io.datahub.test.FakeSink;
import io.datahub.test.memory.TestUsers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QueueBoundsTest {

    private static final int BOUND = 20_000;
    private static final int PAYLOAD = 1000;
    private static final String TIMEOUTS = "slowSubscriberTimeoutMillis";

    /** The size of one such event with the topic {@code t.x} in a queue, without the overhead of its run. */
    private static final int EVENT = 2 + 3 + 9 + PAYLOAD;

    private final TestUsers users = new TestUsers().with("u", PUBLISH, "", SUBSCRIBE, "");
    private final FakeSink sink = new FakeSink();
    private Broker broker;

    @AfterEach
    void stop() {
        broker.stop();
    }

    /** Starts with a queue of {@link #BOUND} bytes, a high-water mark of 5,000, and these settings. */
    private void begin(Object... keysAndValues) {
        Map<String, Object> values =
                new HashMap<>(Map.of("queueBytes", (long) BOUND, "highWaterBytes", 5_000L, "maxMessageBytes", 4_000));
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        broker = new Broker(Configurations.of(BrokerConfiguration.class, values));
    }

    private Session open(FakeSink to, String... prefixes) {
        Session session = broker.open(users.login("u"), to);
        for (String prefix : prefixes) {
            session.subscribe(prefix.getBytes(StandardCharsets.UTF_8));
        }
        return session;
    }

    private static Batch batch(int events) {
        Batch batch = new Batch(events * EVENT);
        for (int i = 0; i < events; i++) {
            batch.add("t.x", new byte[PAYLOAD]);
        }
        return batch;
    }

    @Test
    void shouldLoseAndCountWhatDoesNotFitForThatSubscriberOnly() {
        begin();
        Session stuck = open(sink, "t.");
        Session healthy = open(new FakeSink(), "t.");
        Session publisher = open(new FakeSink());
        int healthyEvents = 0;
        for (int i = 0; i < 10; i++) {
            batch(5).publish(publisher);
            publisher.flush();
            healthyEvents += events(healthy).size();
        }

        int kept = events(stuck).size();
        assertThat(healthyEvents).isEqualTo(50);
        assertThat(kept).isEqualTo((BOUND - 4 * QueueLimits.ENTRY_BYTES) / EVENT);
        assertThat(stuck.info().lost()).isEqualTo(50 - kept);
        assertThat(broker.counters().lost()).isEqualTo(50 - kept);
        assertThat(healthy.info().lost()).isZero();
    }

    @Test
    void shouldSplitARunAtTheBound() {
        begin();
        Session stuck = open(sink, "t.");
        Session publisher = open(new FakeSink());
        batch(100).publish(publisher);
        publisher.flush();

        int fits = (BOUND - QueueLimits.ENTRY_BYTES) / EVENT;
        assertThat(runs(stuck)).singleElement().satisfies(run -> {
            assertThat(run.count()).isEqualTo(fits);
            assertThat(run.length()).isEqualTo(fits * EVENT);
        });
        assertThat(stuck.info().lost()).isEqualTo(100 - fits);
    }

    @Test
    void shouldBoundTheNumberOfEventsToo() {
        begin("queueMessages", 3);
        Session stuck = open(sink, "t.");
        Session publisher = open(new FakeSink());
        for (int i = 0; i < 5; i++) {
            Publishing.publish(publisher, "t." + i);
        }

        assertThat(events(stuck)).containsExactly("t.0=", "t.1=", "t.2=");
        assertThat(stuck.info().lost()).isEqualTo(2);
    }

    @Test
    void shouldAlwaysTakeTheLargestMessage() {
        begin("queueBytes", 10L);
        Session session = open(sink, "t");
        Publishing.publish(open(new FakeSink()), "t".repeat(4200), new byte[4000]);

        assertThat(events(session)).hasSize(1);
    }

    @Test
    void shouldReportALossAtItsPositionToSubscribersOfLosses() {
        begin("queueMessages", 2);
        Session stuck = open(sink, "t.", "hub.lost");
        Session publisher = open(new FakeSink());
        for (int i = 0; i < 5; i++) {
            Publishing.publish(publisher, "t." + i);
        }
        assertThat(events(stuck)).containsExactly("t.0=", "t.1=", "hub.lost={\"lost\":3,\"total\":3}");

        for (int i = 5; i < 9; i++) {
            Publishing.publish(publisher, "t." + i);
        }
        List<String> first = new ArrayList<>();
        stuck.take(1, run -> first.add("one"));
        Publishing.publish(publisher, "t.9");
        assertThat(events(stuck)).containsExactly("t.6=", "hub.lost={\"lost\":2,\"total\":5}", "t.9=");
        assertThat(first).hasSize(1);
    }

    @Test
    void shouldNotReportLossesToSubscribersOfTheEmptyPrefix() {
        begin("queueMessages", 1);
        Session stuck = open(sink, "");
        Session publisher = open(new FakeSink());
        Publishing.publish(publisher, "t.0");
        Publishing.publish(publisher, "t.1");

        assertThat(events(stuck)).containsExactly("t.0=");
    }

    @Test
    void shouldDropFromTheFullestQueueWhenTheGlobalLimitIsExceeded() {
        begin("maxQueuedBytes", 30_000L);
        Session fullest = open(sink, "t.", "a", "hub.");
        Session other = open(new FakeSink(), "t.");
        Session publisher = open(new FakeSink());
        Publishing.publish(publisher, "a", new byte[3000]);
        for (int i = 0; i < 30; i++) {
            batch(1).publish(publisher);
            publisher.flush();
            assertThat(broker.counters().queuedBytes()).isLessThanOrEqualTo(30_000);
        }

        long lost = broker.counters().lost();
        assertThat(lost).isPositive();
        assertThat(fullest.info().lost() + other.info().lost()).isEqualTo(lost);
        List<String> rest = events(fullest);
        assertThat(rest.get(0)).startsWith("a=");
        assertThat(rest).anyMatch(event -> event.startsWith("hub.lost="));
        long events = rest.stream().filter(event -> !event.startsWith("hub.")).count();
        assertThat(events + fullest.info().lost()).isEqualTo(31);
        assertThat(events(other).size() + other.info().lost()).isEqualTo(30);
        assertThat(broker.counters().queuedBytes()).isZero();
    }

    @Test
    void shouldReleaseReadBuffersThatASlowSubscriberWouldPin() {
        begin("pinnedBytes", 100_000L);
        Session stuck = open(sink, "t.");
        Session publisher = open(new FakeSink());
        int held = 0;
        for (int i = 0; i < 15; i++) {
            Batch batch = new Batch(50_000).add("t.x", new byte[PAYLOAD]);
            batch.publish(publisher);
            publisher.flush();
            batch.release();
            held += batch.isUnused() ? 0 : 1;
        }

        assertThat(held).isEqualTo(2);
        assertThat(events(stuck)).hasSize(15);
    }

    @Test
    void shouldReleaseABufferWhenTheLastReceiverHasTakenOrClosed() {
        begin();
        Session one = open(sink, "t.");
        Session other = open(new FakeSink(), "t.");
        Session publisher = open(new FakeSink());
        Batch batch = batch(2);
        batch.publish(publisher);
        publisher.flush();
        batch.release();

        events(one);
        assertThat(batch.isUnused()).isFalse();
        other.close();
        assertThat(batch.isUnused()).isTrue();
    }

    @Test
    void shouldReleaseTheRestWhenAReceiverFails() {
        begin();
        Session session = open(sink, "t.");
        Session publisher = open(new FakeSink());
        Batch one = batch(1);
        one.publish(publisher);
        publisher.flush();
        Batch two = batch(1);
        two.publish(publisher);
        publisher.flush();
        one.release();
        two.release();

        try {
            session.take(BOUND, run -> {
                run.buffer().release();
                throw new IllegalStateException("as the test wants");
            });
        } catch (IllegalStateException e) {
            assertThat(e).hasMessage("as the test wants");
        }

        assertThat(one.isUnused()).isTrue();
        assertThat(two.isUnused()).isTrue();
    }

    @Test
    void shouldApplyBackpressureUntilThereIsCapacityAgain() {
        begin("pushWaitMillis", 60_000L);
        Session slow = open(new FakeSink(), "t.");
        FakeSink publishersSink = new FakeSink();
        Session publisher = open(publishersSink);
        batch(4).publish(publisher);
        assertThat(publisher.flush()).isTrue();
        batch(2).publish(publisher);
        assertThat(publisher.flush()).isFalse();

        slow.take(1, run -> {});
        assertThat(publishersSink.resumed).hasValue(1);
        assertThat(publisher.flush()).isTrue();
    }

    @Test
    void shouldResumeWhenTheFullSubscriberCloses() {
        begin("pushWaitMillis", 60_000L);
        Session slow = open(new FakeSink(), "t.");
        FakeSink publishersSink = new FakeSink();
        Session publisher = open(publishersSink);
        batch(6).publish(publisher);
        assertThat(publisher.flush()).isFalse();

        slow.close();

        assertThat(publishersSink.resumed).hasValue(1);
    }

    @Test
    void shouldWaitForAllThatAreFull() {
        begin("pushWaitMillis", 60_000L);
        Session slow = open(new FakeSink(), "t.");
        Session slower = open(new FakeSink(), "t.");
        FakeSink publishersSink = new FakeSink();
        Session publisher = open(publishersSink);
        batch(6).publish(publisher);
        assertThat(publisher.flush()).isFalse();

        runs(slow);
        assertThat(publishersSink.resumed).hasValue(0);
        runs(slower);
        assertThat(publishersSink.resumed).hasValue(1);
    }

    @Test
    void shouldApplyBackpressureSoonerWhenTheGlobalTotalIsHigh() {
        begin("pushWaitMillis", 60_000L, "maxQueuedBytes", 45_000L);
        List<Session> subscribers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            subscribers.add(open(new FakeSink(), "t."));
        }
        FakeSink publishersSink = new FakeSink();
        Session publisher = open(publishersSink);
        int published = 0;
        do {
            batch(1).publish(publisher);
            published++;
        } while (publisher.flush());

        assertThat(broker.counters().lost()).isZero();
        for (Session subscriber : subscribers) {
            assertThat(publishersSink.resumed).hasValue(0);
            assertThat(events(subscriber)).hasSize(published);
        }
        assertThat(publishersSink.resumed).hasValue(1);
    }

    @Test
    void shouldWaitForAStuckSubscriberOnlyUntilTheTimeout() {
        begin("pushWaitMillis", 300L);
        Session stuck = open(new FakeSink(), "t.");
        FakeSink publishersSink = new FakeSink();
        Session publisher = open(publishersSink);
        batch(6).publish(publisher);
        assertThat(publisher.flush()).isFalse();

        await().until(() -> publishersSink.resumed.get() == 1);
        batch(1).publish(publisher);
        assertThat(publisher.flush()).isTrue();

        runs(stuck);
        batch(6).publish(publisher);
        assertThat(publisher.flush()).isFalse();
    }

    @Test
    void shouldEndASessionThatLosesEventsForTooLongWhereItsTransportWantsThat() {
        begin(TIMEOUTS, new String[] {"slow: 300, http: 300"});
        FakeSink slowSink = new FakeSink();
        Session slow = broker.open(users.login("u", "slow"), slowSink);
        slow.subscribe(new byte[0]);
        FakeSink patientSink = new FakeSink();
        open(patientSink, "");
        Session publisher = open(new FakeSink());
        batch(30).publish(publisher);
        publisher.flush();

        await().until(() -> !slowSink.ended.isEmpty());
        assertThat(slowSink.ended).containsExactly(CloseReason.TOO_SLOW);
        assertThat(patientSink.ended).isEmpty();
    }

    @Test
    void shouldEndAnySessionThatLosesEventsForTooLongIfTheOperatorWantsThat() {
        begin(TIMEOUTS, new String[] {"slow: 0", "*: 300"});
        FakeSink stuckSink = new FakeSink();
        Session stuck = open(stuckSink, "t.");
        FakeSink patientSink = new FakeSink();
        broker.open(users.login("u", "slow"), patientSink).subscribe(new byte[0]);
        FakeSink fullSink = new FakeSink();
        open(fullSink, "full");
        Session publisher = open(new FakeSink());
        Publishing.publish(publisher, "full", new byte[4_000]);
        Publishing.publish(publisher, "full", new byte[4_000]);
        batch(30).publish(publisher);
        publisher.flush();

        await().until(() -> !stuckSink.ended.isEmpty());
        assertThat(stuckSink.ended).containsExactly(CloseReason.TOO_SLOW);
        assertThat(stuck.info().queuedBytes()).isZero();
        assertThat(patientSink.ended).isEmpty();
        assertThat(fullSink.ended).as("full, but lost nothing").isEmpty();
    }

    @Test
    void shouldKeepASessionThatCatchesUp() {
        begin(TIMEOUTS, new String[] {"*: 300"});
        FakeSink slowSink = new FakeSink();
        Session slow = open(slowSink, "t.");
        FakeSink stuckSink = new FakeSink();
        open(stuckSink, "t.");
        Session publisher = open(new FakeSink());
        batch(30).publish(publisher);
        publisher.flush();
        events(slow);

        await().until(() -> !stuckSink.ended.isEmpty());
        assertThat(slowSink.ended).isEmpty();
    }

    @Test
    void shouldAccountForEveryEventOfEverySubscriber() {
        begin("maxQueuedBytes", 45_000L);
        List<Session> subscribers = new ArrayList<>();
        List<List<String>> got = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            subscribers.add(open(new FakeSink(), "t.", i % 2 == 0 ? "hub.lost" : "x"));
            got.add(new ArrayList<>());
        }
        Session publisher = open(new FakeSink());
        for (int i = 0; i < 50; i++) {
            batch(3).publish(publisher);
            publisher.flush();
            got.get(i % 4).addAll(events(subscribers.get(i % 4), 1 + i * 100));
        }

        long lost = 0;
        for (int i = 0; i < 4; i++) {
            SessionInfo info = subscribers.get(i).info();
            List<String> all = got.get(i);
            all.addAll(events(subscribers.get(i)));
            long told =
                    all.stream().filter(event -> event.startsWith("hub.lost")).count();
            assertThat(all.size() - told + info.lost()).isEqualTo(150);
            assertThat(subscribers.get(i).info().out()).isEqualTo(all.size());
            assertThat(told > 0).isEqualTo(i % 2 == 0);
            lost += info.lost();
        }
        assertThat(lost).isEqualTo(broker.counters().lost());
        assertThat(publisher.info().in()).isEqualTo(150);
        assertThat(broker.counters().queuedBytes()).isZero();
    }

    @Test
    void shouldPinNoMoreThanItsLimitOfOtherMemory() {
        begin("pinnedBytes", 100_000L, "queueBytes", 1_000_000L, "maxMessageBytes", 20_000);
        Session stuck = open(sink, "t.");
        Session publisher = open(new FakeSink());
        long heldUp = 0;
        for (int i = 0; i < 40; i++) {
            ByteBuffer bytes = ByteBuffer.allocate(20_000);
            boolean[] unused = {false};
            SharedBuffer buffer = new SharedBuffer(bytes) {
                @Override
                protected void unused() {
                    unused[0] = true;
                }
            };
            bytes.put(0, EventWriter.write("t.x".getBytes(StandardCharsets.UTF_8), new byte[12_000]), 0, 12_014);
            Publishing.publish(publisher, buffer, 0, 12_014, 2, 5);
            publisher.flush();
            buffer.release();
            heldUp += unused[0] ? 0 : 20_000 - 12_014;
        }

        assertThat(heldUp).isBetween(90_000L, 110_000L);
        assertThat(events(stuck)).hasSize(40);
    }

    @Test
    void shouldCopyScarceMemoryAtOnce() {
        begin();
        Session session = open(sink, "t.");
        Session publisher = open(new FakeSink());
        boolean[] unused = {false};
        ByteBuffer event = EventWriter.write("t.x".getBytes(StandardCharsets.UTF_8), new byte[] {'y'});
        SharedBuffer scarce = new SharedBuffer(event) {
            @Override
            public boolean isScarce() {
                return true;
            }

            @Override
            protected void unused() {
                unused[0] = true;
            }
        };
        Publishing.publish(publisher, scarce, 0, event.limit(), 2, 5);
        publisher.flush();
        scarce.release();

        assertThat(unused[0]).isTrue();
        assertThat(events(session)).containsExactly("t.x=y");
    }

    @Test
    void shouldLimitTheMemoryOfAllSubscriptions() {
        begin("maxSubscriptionBytes", 100_000L);
        Session greedy = open(sink);
        Session other = open(new FakeSink(), "a");
        int added = 0;
        while (greedy.subscribe(("x" + added + "y".repeat(4_000)).getBytes(StandardCharsets.UTF_8))) {
            added++;
        }
        assertThat(added).isBetween(8, 12);
        assertThat(greedy.info().subscriptions()).isEqualTo(added);
        assertThat(other.subscribe("z".repeat(4_000).getBytes(StandardCharsets.UTF_8)))
                .isFalse();
        assertThat(other.subscribe("a".getBytes(StandardCharsets.UTF_8)))
                .as("again")
                .isTrue();

        greedy.close();
        assertThat(other.subscribe("z".repeat(4_000).getBytes(StandardCharsets.UTF_8)))
                .isTrue();
        other.close();
        assertThat(broker.router().subscriptionBytes()).isZero();
        broker.modified(Configurations.of(BrokerConfiguration.class, Map.of("maxSubscriptionBytes", 1L)));
        assertThat(open(new FakeSink()).subscribe(new byte[0])).isFalse();
    }

    @Test
    void shouldNameTheKeyThatIsOutOfItsRange() {
        begin();
        for (String key : List.of(
                "queueBytes",
                "highWaterBytes",
                "pinnedBytes",
                "maxQueuedBytes",
                "maxSubscriptionBytes",
                "pushWaitMillis")) {
            assertThatThrownBy(() -> BrokerLimits.of(Configurations.of(BrokerConfiguration.class, Map.of(key, -1L))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(key + "=-1");
        }
        for (String key : List.of("queueMessages", "maxMessageBytes", "maxSubscriptions")) {
            assertThatThrownBy(() -> BrokerLimits.of(Configurations.of(BrokerConfiguration.class, Map.of(key, 0))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(key + "=0");
        }
        for (String timeout : List.of("http", "http: soon", "http: -1")) {
            assertThatThrownBy(() -> BrokerLimits.of(
                            Configurations.of(BrokerConfiguration.class, Map.of(TIMEOUTS, new String[] {timeout}))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(TIMEOUTS + " has \"" + timeout + "\"");
        }
    }
}
