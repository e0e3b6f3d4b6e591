package io.datahub.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.event.Session;
import io.datahub.api.user.Action;
import io.datahub.cluster.journal.Freshness;
import io.datahub.test.FakeSink;
import io.datahub.test.memory.MemoryBroker;
import io.datahub.test.memory.TestUsers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DeliveryGuardTest {

    private static final int MANY = 1 << 20;

    /** How old the view is, in nanoseconds. */
    private final AtomicLong age = new AtomicLong();

    private final MemoryBroker broker = new MemoryBroker(new MemoryBroker.Limits(1_000, 1 << 20, 1 << 20, 10));
    private final FakeSink sink = new FakeSink();

    @Test
    void shouldPauseWhileTheViewIsTooOldAndDisconnectAfterAWhile() {
        TestUsers users = new TestUsers().with("dev", Action.SUBSCRIBE, "");
        Session session = broker.open(users.login("dev"), sink);
        session.subscribe(new byte[0]);
        Freshness freshness = new Freshness(age::get, () -> Duration.ofSeconds(1));
        try (DeliveryGuard guard = new DeliveryGuard(freshness, broker, Duration.ofSeconds(60))) {
            assertThat(guard).isNotNull();
            assertThat(isHeldBack(session)).isFalse();
            age.set(Duration.ofSeconds(2).toNanos());
            await().until(() -> isHeldBack(session));
            assertThat(broker.sessions()).hasSize(1);

            int before = sink.ready.get();
            age.set(0);
            await().until(() -> sink.ready.get() > before);
            assertThat(session.take(MANY, run -> run.buffer().release())).isPositive();

            age.set(Duration.ofSeconds(61).toNanos());
            await().until(() -> broker.sessions().isEmpty());
        }
    }

    private boolean isHeldBack(Session session) {
        broker.send("", 0, "build.a".getBytes(StandardCharsets.UTF_8), new byte[1]);
        return session.take(MANY, run -> run.buffer().release()) == 0;
    }
}
