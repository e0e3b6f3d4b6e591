package io.datahub.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.cluster.LedgerEvent;
import io.datahub.api.cluster.LedgerEvents;
import io.datahub.api.cluster.NewLedgerEvent;
import io.datahub.api.cluster.SharedEvents;
import io.datahub.api.event.EventLog;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.history.EventHistory.Page;
import io.datahub.api.record.Change;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.User;
import io.datahub.test.cluster.MemoryLedger.Fault;
import io.datahub.test.contract.EventLogContract;
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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Kept events of a cluster. */
class SharedEventsTest extends EventLogContract {

    private static final int MAX_BYTES = 1 << 20;

    @TempDir
    Path folder;

    @RegisterExtension
    final TestCluster cluster = TestCluster.in(() -> folder);

    private int files;

    /** Keeps topics that begin with {@code build.}; recognizes events by their payload if that is JSON with an ID. */
    private static final SharedEvents.Rules RULES = new SharedEvents.Rules() {
        @Override
        public Result<NewLedgerEvent> admit(EventRun event) {
            if (event.length() > MAX_BYTES) {
                return Result.refused(Reason.TOO_LARGE, "the event is too large");
            }
            EventReader reader = new EventReader(event);
            reader.next();
            String payload =
                    StandardCharsets.UTF_8.decode(reader.payload().duplicate()).toString();
            return Result.done(new NewLedgerEvent(
                    reader.topic(),
                    event.user(),
                    Instant.ofEpochMilli(event.timeMillis()),
                    Optional.of("build."),
                    NewLedgerEvent.Newest.UNCHANGED,
                    Optional.of(new NewLedgerEvent.Identity(payload, Duration.ofMinutes(1)))
                            .filter(identity -> payload.contains("\"id\"")),
                    LedgerEvent.Content.of(event.slice())));
        }

        @Override
        public Map<String, LedgerEvents.Bounds> keep() {
            return Map.of("build.", new LedgerEvents.Bounds(Duration.ofDays(1), MAX_BYTES));
        }

        @Override
        public Map<String, LedgerEvents.LastBounds> last() {
            return Map.of();
        }
    };

    /** Collects outcomes. */
    private static final class Outcomes implements EventLog.Completion {

        final List<String> all = new CopyOnWriteArrayList<>();

        @Override
        public void appended(Cursor cursor) {
            all.add(cursor.toString());
        }

        @Override
        public void appended() {
            all.add("no position");
        }

        @Override
        public void repeated() {
            all.add("repeated");
        }

        @Override
        public void refused(Refusal refusal) {
            all.add(refusal.reason().toString());
        }
    }

    @BeforeEach
    void start() {
        cluster.hub.events().setRules(RULES);
    }

    @Override
    protected EventLog log() {
        return cluster.hub.events().log();
    }

    @Override
    protected String topic() {
        return "build.a";
    }

    @Override
    protected Cursor createFile() throws Exception {
        files++;
        return TestCluster.put(cluster.hub, "file" + files, "x").get().cursor();
    }

    @Override
    protected EventRun unkeepable() {
        return event("x".repeat(MAX_BYTES));
    }

    @Override
    protected boolean isDeduplicating() {
        return true;
    }

    /** The tail places file events itself: what a file event is placed after has been delivered already. */
    @Test
    @Override
    protected void shouldPlaceFileEventsBetweenKeptOnes() throws Exception {
        Cluster other = cluster.startOther("b", new CopyOnWriteArrayList<>());
        Outcomes outcomes = new Outcomes();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            log().append(event("x"), outcomes);
            expected.add(createFile().toString());
        }
        await().until(() -> outcomes.all.size() == 20);
        expected.addAll(outcomes.all);

        for (Cluster hub : List.of(cluster.hub, other)) {
            await().until(() -> hub.events().history().head().sequence() == 40);
            assertThat(cursors(hub, Cursor.BEGINNING)).hasSize(40).containsExactlyInAnyOrderElementsOf(expected);
        }
        assertThat(cursors(other, Cursor.BEGINNING)).isEqualTo(cursors(cluster.hub, Cursor.BEGINNING));
    }

    private static EventRun event(String payload) {
        return MemoryBroker.event("build.a", payload.getBytes(StandardCharsets.UTF_8));
    }

    private static Page read(Cluster hub, Cursor since) {
        return hub.events()
                .history()
                .read(User.HUB, since, Set.of(""), 100, 8 << 20)
                .get();
    }

    private static List<String> cursors(Cluster hub, Cursor since) {
        return read(hub, since).events().stream()
                .map(run -> run.cursor().orElseThrow().toString())
                .toList();
    }

    private static String payload(EventRun run) {
        EventReader reader = new EventReader(run);
        reader.next();
        return StandardCharsets.UTF_8.decode(reader.payload().duplicate()).toString();
    }

    private Cursor append(String payload) {
        Outcomes outcomes = new Outcomes();
        log().append(event(payload), outcomes);
        await().until(() -> !outcomes.all.isEmpty());
        return Cursor.parse(outcomes.all.get(0)).get();
    }

    @Test
    void shouldDeliverAndReadTheEventsOfOtherHubs() throws Exception {
        Cluster other = cluster.startOther("b", new CopyOnWriteArrayList<>());
        Cursor first = append("small");
        String large = "x".repeat(100_000);
        Cursor second = append(large);
        AtomicBoolean isAfter = new AtomicBoolean();
        other.events().history().whenAfter(second, () -> isAfter.set(true));
        append("third");

        await().untilTrue(isAfter);
        await().until(() -> cluster.injected.getOrDefault("b", List.of()).size() == 3);
        assertThat(cluster.injected).doesNotContainKey("a");
        assertThat(cluster.injected.get("b"))
                .extracting(SharedEventsTest::payload)
                .containsExactly("small", large, "third");
        assertThat(cluster.injected.get("b").get(1).cursor()).contains(second);
        assertThat(read(other, first).events())
                .extracting(SharedEventsTest::payload)
                .containsExactly(large, "third");
        assertThat(other.events()
                        .history()
                        .newest(User.HUB, Set.of("build."), 2, 8 << 20)
                        .events())
                .extracting(SharedEventsTest::payload)
                .containsExactly(large, "third");
        assertThat(cluster.blobs.list("", 10)).hasSize(1);
    }

    /** Else one who subscribes between the delivery and that would get an event neither live nor from there. */
    @Test
    void shouldHaveEventsInTheHistoryWhenTheyAreDelivered() throws Exception {
        List<String> missing = new CopyOnWriteArrayList<>();
        List<String> delivered = new CopyOnWriteArrayList<>();
        AtomicReference<Cluster> other = new AtomicReference<>();
        Consumer<Cursor> check = cursor -> {
            delivered.add(cursor.toString());
            if (!cursor.isUpTo(other.get().events().history().head())) {
                missing.add(cursor.toString());
            }
        };
        cluster.injected.put("b", new CopyOnWriteArrayList<>() {
            @Override
            public boolean add(EventRun run) {
                check.accept(run.cursor().orElseThrow());
                return super.add(run);
            }
        });
        other.set(cluster.startOther("b", new CopyOnWriteArrayList<>() {
            @Override
            public boolean add(Change change) {
                check.accept(change.cursor());
                return super.add(change);
            }
        }));
        createFile();
        append("kept");
        createFile();

        await().until(() -> delivered.size() == 3);
        assertThat(missing).isEmpty();
    }

    @Test
    void shouldAppendOnceWhatTheLedgerDidNotAnswer() {
        for (Fault fault : List.of(Fault.LOSE_NEXT_ANSWER, Fault.LOSE_NEXT_CHANGE)) {
            cluster.ledger.setFault(fault);
            append(fault.toString());
        }

        assertThat(read(cluster.hub, Cursor.BEGINNING).events())
                .extracting(SharedEventsTest::payload)
                .containsExactly("LOSE_NEXT_ANSWER", "LOSE_NEXT_CHANGE");
    }

    @Test
    void shouldAnswerGoneOnlyForTopicsOfWhichSomethingIsMissing() throws Exception {
        Cursor first = append("first");
        Cursor file = createFile();
        Cursor last = append("last");
        cluster.view
                .apply(cluster.ledger)
                .events()
                .trim(Map.of("build.", new LedgerEvents.Bounds(Duration.ofDays(-1), 0)), Map.of());

        Result<Page> refused = cluster.hub.events().history().read(User.HUB, first, Set.of("build."), 10, MAX_BYTES);
        assertThat(refused.refusal().orElseThrow().reason()).isEqualTo(Reason.GONE);
        assertThat(refused.refusal().orElseThrow().detail()).contains(last.toString());
        assertThat(cluster.hub
                        .events()
                        .history()
                        .read(User.HUB, first, Set.of("file.", "other."), 10, MAX_BYTES)
                        .get()
                        .events())
                .extracting(run -> run.cursor().orElseThrow())
                .containsExactly(file);
        assertThat(cursors(cluster.hub, last)).isEmpty();
        assertThat(cursors(cluster.hub, Cursor.BEGINNING)).containsExactly(file.toString());
    }

    @Test
    void shouldReadPagesOfBoth() throws Exception {
        append("one");
        createFile();
        append("two");
        createFile();
        List<String> all = cursors(cluster.hub, Cursor.BEGINNING);
        List<String> paged = new ArrayList<>();
        Cursor since = Cursor.BEGINNING;
        while (paged.size() < 4) {
            Page page = cluster.hub
                    .events()
                    .history()
                    .read(User.HUB, since, Set.of(""), 1, MAX_BYTES)
                    .get();
            assertThat(page.next()).isNotEqualTo(since);
            page.events().forEach(run -> paged.add(run.cursor().orElseThrow().toString()));
            since = page.next();
        }

        assertThat(all).hasSize(4).isEqualTo(paged);
        assertThat(cluster.hub
                        .events()
                        .history()
                        .oldest(Cursor.BEGINNING, Set.of(""))
                        .sequence())
                .isZero();
    }
}
