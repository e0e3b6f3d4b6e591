package io.datahub.broker;

import static io.datahub.api.user.Action.PUBLISH;
import static io.datahub.api.user.Action.SUBSCRIBE;
import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.event.Session;
import io.datahub.test.Configurations;
import io.datahub.test.FakeSink;
import io.datahub.test.memory.TestUsers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ManyThreadsTest {

    private static final int PUBLISHERS = 4;
    private static final int EVENTS = 20_000;

    private final TestUsers users = new TestUsers().with("u", PUBLISH, "", SUBSCRIBE, "");
    private final Broker broker = new Broker(
            Configurations.of(BrokerConfiguration.class, Map.of("queueBytes", 1L << 30, "maxQueuedBytes", 1L << 32)));

    @AfterEach
    void stop() {
        broker.stop();
    }

    @Test
    void shouldKeepTheOrderOfEachPublisherForEachSubscriberWhileOthersComeAndGo() {
        FakeSink sink = new FakeSink();
        Session subscriber = broker.open(users.login("u"), sink);
        subscriber.subscribe(bytes("t."));
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Void> churn = CompletableFuture.runAsync(() -> openAndCloseSessions(over));
        List<CompletableFuture<Void>> publishers = new ArrayList<>();
        for (int i = 0; i < PUBLISHERS; i++) {
            String topic = "t." + i;
            publishers.add(CompletableFuture.runAsync(() -> publish(topic)));
        }

        Map<String, Integer> next = new HashMap<>();
        int received = 0;
        while (received < PUBLISHERS * EVENTS) {
            for (String event : FakeSink.events(subscriber)) {
                String topic = event.substring(0, event.indexOf('='));
                int number = Integer.parseInt(event.substring(event.indexOf('=') + 1));
                assertThat(number).isEqualTo(next.getOrDefault(topic, 0));
                next.put(topic, number + 1);
                received++;
            }
        }
        over.set(true);
        churn.join();
        publishers.forEach(CompletableFuture::join);
        assertThat(broker.counters().in()).isEqualTo((long) PUBLISHERS * EVENTS);
        assertThat(broker.counters().queuedBytes()).isZero();
    }

    private void publish(String topic) {
        Session session = broker.open(users.login("u"), new FakeSink());
        for (int i = 0; i < EVENTS; i += 10) {
            Batch batch = new Batch(1000);
            for (int j = i; j < i + 10; j++) {
                batch.add(topic, String.valueOf(j));
            }
            batch.publish(session);
            session.flush();
            batch.release();
        }
        session.close();
    }

    private void openAndCloseSessions(AtomicBoolean over) {
        while (!over.get()) {
            Session session = broker.open(users.login("u"), new FakeSink());
            session.subscribe(bytes("t.1"));
            session.subscribe(bytes(""));
            FakeSink.events(session);
            session.unsubscribe(bytes(""));
            broker.usersChanged(users.memory);
            session.close();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
