package io.datahub.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.cluster.LedgerEvent;
import io.datahub.api.cluster.LedgerEvents;
import io.datahub.api.cluster.NewLedgerEvent;
import io.datahub.api.cluster.NewLedgerEvent.Newest;
import io.datahub.api.cluster.SharedEvents;
import io.datahub.api.event.EventLog;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.LastEvents;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.User;
import io.datahub.test.contract.LastEventsContract;
import io.datahub.test.memory.MemoryBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Newest events of a cluster: published at one hub, subscribed to at another. */
class SharedLastEventsTest extends LastEventsContract {

    @TempDir
    Path folder;

    @RegisterExtension
    final TestCluster cluster = TestCluster.in(() -> folder);

    private Cluster other;

    /** Keeps the newest events of all topics, and all events of those that begin with {@code status.kept.}. */
    private static final SharedEvents.Rules RULES = new SharedEvents.Rules() {
        @Override
        public Result<NewLedgerEvent> admit(EventRun event) {
            EventReader reader = new EventReader(event);
            reader.next();
            return Result.done(new NewLedgerEvent(
                    reader.topic(),
                    event.user(),
                    Instant.ofEpochMilli(event.timeMillis()),
                    Optional.of("status.kept.").filter(reader.topic()::startsWith),
                    reader.payload().hasRemaining() ? Newest.REPLACED : Newest.REMOVED,
                    Optional.empty(),
                    LedgerEvent.Content.of(event.slice())));
        }

        @Override
        public Map<String, LedgerEvents.Bounds> keep() {
            return Map.of();
        }

        @Override
        public Map<String, LedgerEvents.LastBounds> last() {
            return Map.of("status.", new LedgerEvents.LastBounds(10_000, Long.MAX_VALUE));
        }
    };

    /** The outcome of appending an event. */
    private static final class Outcome extends CompletableFuture<String> implements EventLog.Completion {

        @Override
        public void appended(Cursor cursor) {
            complete(cursor.toString());
        }

        @Override
        public void appended() {
            complete("");
        }

        @Override
        public void repeated() {
            complete("repeated");
        }

        @Override
        public void refused(Refusal refusal) {
            complete(refusal.toString());
        }
    }

    /** Notes the topics and cursors of what it is sent. */
    private record Receiver(List<String> received) implements LastEvents.Receiver {

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public boolean hasRoom() {
            return true;
        }

        @Override
        public void receive(List<EventRun> events) {
            for (EventRun event : events) {
                EventReader reader = new EventReader(event);
                reader.next();
                received.add(reader.topic()
                        + event.cursor().map(cursor -> "@" + cursor).orElse(""));
            }
        }
    }

    @BeforeEach
    void start() throws Exception {
        cluster.hub.events().setRules(RULES);
        other = cluster.startOther("b", new CopyOnWriteArrayList<>());
        other.events().setRules(RULES);
    }

    @Override
    protected LastEvents last() {
        return other.events().last();
    }

    @Override
    protected void publish(String topic, String payload) throws Exception {
        int before = delivered();
        append(topic, payload).get(10, TimeUnit.SECONDS);
        await().until(() -> delivered() > before);
    }

    /** How many events the other hub has delivered. */
    private int delivered() {
        return cluster.injected.getOrDefault("b", List.of()).size();
    }

    private Outcome append(String topic, String payload) {
        Outcome outcome = new Outcome();
        cluster.hub.events().log().append(MemoryBroker.event(topic, payload.getBytes(StandardCharsets.UTF_8)), outcome);
        return outcome;
    }

    private List<String> subscribe(String prefix) {
        List<String> received = new CopyOnWriteArrayList<>();
        last().subscribe(prefix.getBytes(StandardCharsets.UTF_8), () -> {}, new Receiver(received));
        return received;
    }

    @Test
    void shouldTellTheLedgerWhichRulesItHas() throws Exception {
        publish("status.a", "x");
        LedgerEvents ledger = cluster.ledger.events();

        await().untilAsserted(() -> {
            ledger.forgetLast(Duration.ofMillis(-1)); // whatever has ever been used
            assertThat(ledger.last("", "", 1)).isEmpty();
        });
    }

    @Test
    void shouldSendManyTopicsWithTheCursorsOfThoseThatAreKept() throws Exception {
        List<String> expected = new ArrayList<>();
        List<Outcome> outcomes = IntStream.range(0, 300)
                .mapToObj(i -> append("status.kept." + i, "x"))
                .toList();
        for (int i = 0; i < outcomes.size(); i++) {
            expected.add("status.kept." + i + "@" + outcomes.get(i).get(10, TimeUnit.SECONDS));
        }
        await().until(() -> delivered() == 300);
        publish("status.large", "x".repeat(100_000));
        publish("unruled", "x");
        expected.add("status.large");

        List<String> received = subscribe("");
        await().untilAsserted(() -> assertThat(received).containsExactlyInAnyOrderElementsOf(expected));
        assertThat(subscribe("status.kept.\0")).isEmpty();
        List<String> some = subscribe("status.kept.29");
        await().untilAsserted(() -> assertThat(some).hasSize(11).allMatch(one -> one.startsWith("status.kept.29")));
    }

    /** A hub that begins later has the newest events, too, which were there before it. */
    @Test
    void shouldSendWhatWasPublishedBeforeTheHubWasStarted() throws Exception {
        publish("status.a", "1");
        Cluster third = cluster.startOther("c", new CopyOnWriteArrayList<>());
        third.events().setRules(RULES);
        List<String> received = new CopyOnWriteArrayList<>();
        third.events().last().subscribe(new byte[0], () -> {}, new Receiver(received));
        await().untilAsserted(() -> assertThat(received).containsExactly("status.a"));
        assertThat(third.events()
                        .history()
                        .read(User.HUB, Cursor.BEGINNING, Set.of(""), 10, 1_000)
                        .get()
                        .events())
                .isEmpty();
    }
}
