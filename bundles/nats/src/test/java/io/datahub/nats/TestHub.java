package io.datahub.nats;

import io.datahub.api.cluster.JournalSignalListener;
import io.datahub.api.event.EventBroker;
import io.datahub.api.event.PublishedEventListener;
import io.datahub.api.event.Session;
import io.datahub.api.event.SubscriptionListener;
import io.datahub.api.secret.SecretFiles;
import io.datahub.api.user.Action;
import io.datahub.test.FakeSink;
import io.datahub.test.memory.MemoryBroker;
import io.datahub.test.memory.TestUsers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** A broker in memory, and the relay that connects it to others. */
final class TestHub implements AutoCloseable {

    final MemoryBroker broker = new MemoryBroker(new MemoryBroker.Limits(1_000_000, 1L << 30, 1 << 24, 1_000));
    final List<Long> signals = new CopyOnWriteArrayList<>();
    final FakeSink sink = new FakeSink();
    final Relay relay;
    private final TestUsers users = new TestUsers()
            .with("ann", Action.PUBLISH, "", Action.SUBSCRIBE, "")
            .with("bob", Action.PUBLISH, "", Action.SUBSCRIBE, "");

    TestHub(String name, NatsServer server) {
        this(name, server, broker -> broker);
    }

    /** @param decorator what the relay sees in place of the broker */
    TestHub(String name, NatsServer server, UnaryOperator<EventBroker> decorator) {
        JournalSignalListener heard = signals::add;
        relay = new Relay(
                name, NatsServers.parse(server.url()), new SecretFiles(""), decorator.apply(broker), List.of(heard));
        relay.start();
        PublishedEventListener out = relay.publishedEvents();
        broker.addListener(out, "*");
        SubscriptionListener interest = relay;
        broker.addSubscriptionListener(interest);
    }

    Session open(String user, String... prefixes) {
        Session session = broker.open(users.login(user), sink);
        for (String prefix : prefixes) {
            session.subscribe(prefix.getBytes(StandardCharsets.UTF_8));
        }
        return session;
    }

    static void publish(Session session, String topic, String payload) {
        session.publish(() -> {}, topic, payload.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        relay.close();
    }
}
