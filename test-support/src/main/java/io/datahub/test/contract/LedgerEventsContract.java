package io.datahub.test.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.cluster.Attempt;
import io.datahub.api.cluster.Expectation;
import io.datahub.api.cluster.LedgerEntry;
import io.datahub.api.cluster.LedgerEvent;
import io.datahub.api.cluster.LedgerEvents;
import io.datahub.api.cluster.LedgerEvents.Appended;
import io.datahub.api.cluster.LedgerEvents.Bounds;
import io.datahub.api.cluster.LedgerEvents.Kept;
import io.datahub.api.cluster.LedgerEvents.LastBounds;
import io.datahub.api.cluster.LedgerEvents.Page;
import io.datahub.api.cluster.NewLedgerEvent;
import io.datahub.api.cluster.NewLedgerEvent.Newest;
import io.datahub.api.cluster.NewVersion;
import io.datahub.api.cluster.Operation;
import io.datahub.api.cluster.SharedLedger;
import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each {@link SharedLedger} does with events of kept topics. */
public abstract class LedgerEventsContract {

    private static final Set<String> ALL_TOPICS = Set.of("");
    private static final long ALL = Long.MAX_VALUE;
    private static final int MAX_BYTES = 1 << 20;
    private static final Instant RECEIVED = Instant.ofEpochMilli(1_700_000_000_123L);
    private static final Bounds UNBOUNDED = new Bounds(Duration.ofDays(1), ALL);

    private final UUID writer = UUID.randomUUID();
    private SharedLedger ledger;
    private LedgerEvents events;
    private long batch;

    /** Creates an empty ledger. It is called before each test. */
    protected abstract SharedLedger create() throws Exception;

    /** Lets time pass for the rules for newest events. */
    protected abstract void pass(Duration time) throws Exception;

    @BeforeEach
    void createLedger() throws Exception {
        ledger = create();
        events = ledger.events();
    }

    private static LedgerEvent.Content content(String text) {
        return LedgerEvent.Content.of(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static NewLedgerEvent event(
            String topic, String rule, Newest newest, String identity, LedgerEvent.Content content) {
        return new NewLedgerEvent(
                topic,
                "ann",
                RECEIVED,
                Optional.ofNullable(rule),
                newest,
                Optional.ofNullable(identity).map(key -> new NewLedgerEvent.Identity(key, Duration.ofMinutes(10))),
                content);
    }

    private static NewLedgerEvent event(String topic) {
        return event(topic, "a.", Newest.UNCHANGED, null, content("12345"));
    }

    private static NewLedgerEvent newest(String topic, Newest newest) {
        return event(topic, null, newest, null, content("12345"));
    }

    private List<Appended> append(NewLedgerEvent... batchOfEvents) throws IOException {
        batch++;
        return events.append(writer, batch, List.of(batchOfEvents));
    }

    private LedgerEvent.Origin origin(int item) {
        return new LedgerEvent.Origin(writer, batch, item);
    }

    private long put(String path) throws IOException {
        NewVersion version = new NewVersion(
                "\"" + path + "\"", 1, SharedLedgerContract.SHA256, "of-" + path, "ann", Optional.empty());
        Operation put = new Operation.Put(RecordPath.of(path), Expectation.ANY, version, List.of());
        ledger.records().commit(List.of(Attempt.of("ann", put)));
        return ledger.journal().head().newest();
    }

    private Page read(long after, String... prefixes) throws IOException {
        return events.read(after, ALL, Arrays.asList(prefixes), 100, MAX_BYTES);
    }

    private static List<String> topics(List<LedgerEvent> found) {
        return found.stream().map(event -> event.number() + " " + event.topic()).toList();
    }

    /** However many others are newer. */
    @Test
    void shouldFindTheNewestEventsOfARareTopic() throws IOException {
        append(event("rare.1"), event("rare.2"));
        NewLedgerEvent[] others =
                Collections.nCopies(LedgerEvents.MAX_EVENTS, event("busy.x")).toArray(NewLedgerEvent[]::new);
        for (int i = 0; i < 50; i++) {
            append(others);
        }
        append(event("rare.3"));

        assertThat(events.newest(ALL, List.of("rare."), 2, MAX_BYTES))
                .extracting(LedgerEvent::topic)
                .containsExactly("rare.2", "rare.3");
        assertThat(events.newest(ALL, List.of("rare."), 9, 10))
                .extracting(LedgerEvent::topic)
                .containsExactly("rare.2", "rare.3");
        assertThat(events.newest(ALL, List.of("none."), 9, MAX_BYTES)).isEmpty();
    }

    private List<String> last(String prefix, String after, int limit) throws IOException {
        return topics(events.last(prefix, after, limit));
    }

    private List<String> dead() throws IOException {
        return ledger.blobs().dead(Duration.ZERO, 100);
    }

    @Test
    void shouldReturnWhatWasAppended() throws IOException {
        NewLedgerEvent small = event("a.ü", "a.", Newest.UNCHANGED, null, content("bytes\0\n"));
        NewLedgerEvent large = event("b.x", "", Newest.UNCHANGED, null, LedgerEvent.Content.in("blob", 70_000));
        NewLedgerEvent unruled = event("s.x", null, Newest.REPLACED, null, content(""));

        assertThat(append(small, large, unruled))
                .containsExactly(new Appended(1, false), new Appended(2, false), new Appended(3, false));
        assertThat(read(0, "").events())
                .containsExactly(
                        new LedgerEvent(1, "a.ü", "ann", RECEIVED, Optional.of("a."), origin(0), small.content()),
                        new LedgerEvent(2, "b.x", "ann", RECEIVED, Optional.of(""), origin(1), large.content()),
                        new LedgerEvent(3, "s.x", "ann", RECEIVED, Optional.empty(), origin(2), unruled.content()));
        assertThat(events.last("s.", "", 10)).isEqualTo(read(2, "").events());
        assertThat(events.rules()).isEqualTo(Map.of("a.", new Kept(0, 1, 7), "", new Kept(0, 1, 70_000)));
    }

    @Test
    void shouldShareTheNumbersOfTheJournal() throws IOException {
        assertThat(put("one")).isEqualTo(1);
        assertThat(append(event("a.1"), event("a.2")))
                .extracting(Appended::number)
                .containsExactly(2L, 3L);
        assertThat(put("two")).isEqualTo(4);
        assertThat(append(event("a.3"))).extracting(Appended::number).containsExactly(5L);

        assertThat(ledger.journal().head().newest()).isEqualTo(5);
        assertThat(ledger.journal().head().oldest()).isZero();
        assertThat(ledger.journal().read(0, ALL, "", 10).entries())
                .extracting(LedgerEntry::number)
                .containsExactly(1L, 4L);
        assertThat(ledger.journal().read(0, ALL, "", 10).next()).isEqualTo(5);
        assertThat(topics(read(0, "").events())).containsExactly("2 a.1", "3 a.2", "5 a.3");
        assertThat(ledger.journal().trim(Duration.ZERO.minusDays(1), ALL)).isFalse();
        assertThat(ledger.journal().head().oldest()).isEqualTo(4);
        assertThat(topics(read(0, "").events())).containsExactly("2 a.1", "3 a.2", "5 a.3");
    }

    @Test
    void shouldReadPages() throws IOException {
        append(event("a.1"), event("b.1"), event("a.2"), event("c.1"), event("a.3"));

        assertThat(topics(read(1, "a.", "c.").events())).containsExactly("3 a.2", "4 c.1", "5 a.3");
        Page limited = events.read(0, 4, ALL_TOPICS, 2, MAX_BYTES);
        assertThat(topics(limited.events())).containsExactly("1 a.1", "2 b.1");
        assertThat(limited.next()).isEqualTo(2);
        assertThat(events.read(2, 4, ALL_TOPICS, 100, MAX_BYTES).next()).isEqualTo(4);
        assertThat(read(0, "d.")).isEqualTo(new Page(List.of(), 5));
        assertThat(read(5, "")).isEqualTo(new Page(List.of(), 5));
        assertThat(read(9, "")).isEqualTo(new Page(List.of(), 9));
        Page first = events.read(0, ALL, ALL_TOPICS, 100, 1);
        assertThat(topics(first.events())).containsExactly("1 a.1");
        assertThat(first.next()).isEqualTo(1);
        assertThat(topics(events.read(1, ALL, ALL_TOPICS, 100, 10).events())).containsExactly("2 b.1", "3 a.2");
        assertThat(topics(events.newest(4, ALL_TOPICS, 2, MAX_BYTES))).containsExactly("3 a.2", "4 c.1");
        assertThat(topics(events.newest(ALL, Set.of("a.", "b."), 100, 14))).containsExactly("3 a.2", "5 a.3");
    }

    @Test
    void shouldAnswerABatchOnce() throws IOException {
        List<Appended> answers = append(event("a.1"), event("a.2"));

        assertThat(events.append(writer, batch, List.of(event("a.1"), event("a.2"))))
                .isEqualTo(answers);
        append(event("a.3"));
        assertThatThrownBy(() -> events.append(writer, batch - 1, List.of(event("a.1"), event("a.2"))))
                .isInstanceOf(IOException.class);
        assertThat(topics(read(0, "").events())).containsExactly("1 a.1", "2 a.2", "3 a.3");
        assertThat(events.append(UUID.randomUUID(), batch, List.of(event("a.4"))))
                .containsExactly(new Appended(4, false));
        assertThatThrownBy(() -> events.append(writer, 9, List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldRecognizeWhatIsPublishedAgain() throws IOException {
        NewLedgerEvent one = event("a.1", "a.", Newest.REPLACED, "one", content("1"));
        NewLedgerEvent two = event("a.1", "a.", Newest.REPLACED, "two", content("2"));

        assertThat(append(one, two, one, event("a.2")))
                .containsExactly(
                        new Appended(1, false), new Appended(2, false), new Appended(1, true), new Appended(3, false));
        assertThat(append(two, one)).containsExactly(new Appended(2, true), new Appended(1, true));
        assertThat(events.append(writer, batch, List.of(two, one)))
                .containsExactly(new Appended(2, true), new Appended(1, true));
        assertThat(topics(read(0, "").events())).containsExactly("1 a.1", "2 a.1", "3 a.2");
        assertThat(last("", "", 10)).containsExactly("2 a.1");
        assertThat(events.rules()).isEqualTo(Map.of("a.", new Kept(0, 3, 7)));
    }

    @Test
    void shouldKeepTheNewestEventOfATopic() throws IOException {
        append(
                newest("s.1", Newest.REPLACED),
                newest("s.2", Newest.REPLACED),
                newest("s.1", Newest.REPLACED),
                newest("t.1", Newest.REPLACED),
                event("s.3"));

        assertThat(last("", "", 10)).containsExactly("3 s.1", "2 s.2", "4 t.1");
        assertThat(last("s.", "", 10)).containsExactly("3 s.1", "2 s.2");
        assertThat(last("s.", "s.1", 1)).containsExactly("2 s.2");
        assertThat(last("s.", "s.2", 1)).isEmpty();
        append(newest("s.1", Newest.REMOVED), newest("s.2", Newest.REMOVED), newest("s.2", Newest.REPLACED));
        assertThat(last("s.", "", 10)).containsExactly("8 s.2");
        append(newest("s.2", Newest.REPLACED), newest("s.2", Newest.REMOVED), newest("s.9", Newest.REMOVED));
        assertThat(last("s.", "", 10)).isEmpty();
        append(newest("t.2", Newest.REPLACED), newest("t.1", Newest.REPLACED));
        events.trim(Map.of(), Map.of("t.", new LastBounds(1, ALL)));
        assertThat(last("", "", 10)).containsExactly("13 t.1");
    }

    @Test
    void shouldTrimNewestEventsByNumberAndSizeOfTheLongestPrefix() throws IOException {
        append(
                newest("s.1", Newest.REPLACED),
                newest("s.in.1", Newest.REPLACED),
                newest("s.in.2", Newest.REPLACED),
                newest("t.1", Newest.REPLACED),
                newest("s.2", Newest.REPLACED),
                newest("s.3", Newest.REPLACED));

        assertThat(events.trim(Map.of(), Map.of("s.", new LastBounds(3, ALL), "s.in.", new LastBounds(2, ALL))))
                .isFalse();
        assertThat(last("", "", 10)).hasSize(6);
        events.trim(Map.of(), Map.of("s.", new LastBounds(2, ALL), "s.in.", new LastBounds(1, ALL)));
        assertThat(last("", "", 10)).containsExactly("5 s.2", "6 s.3", "3 s.in.2", "4 t.1");
        int length = events.last("s.2", "", 1).get(0).content().length();
        events.trim(Map.of(), Map.of("s.", new LastBounds(2, 2 * length - 1), "s.in.", new LastBounds(1, length)));
        assertThat(last("", "", 10)).containsExactly("6 s.3", "3 s.in.2", "4 t.1");
    }

    @Test
    void shouldTrimMoreNewestEventsThanOneBatchHas() throws IOException {
        for (int i = 0; i < 5; i++) {
            append(IntStream.range(i * LedgerEvents.MAX_EVENTS, (i + 1) * LedgerEvents.MAX_EVENTS)
                    .mapToObj(n -> newest("s." + n, Newest.REPLACED))
                    .toArray(NewLedgerEvent[]::new));
            append(newest("t." + i, Newest.REPLACED));
        }

        assertThat(events.trim(Map.of(), Map.of("s.", new LastBounds(2, ALL), "t.", new LastBounds(9, ALL))))
                .isFalse();
        assertThat(last("s.", "", 10)).containsExactly("5123 s.5118", "5124 s.5119");
        assertThat(last("t.", "", 10)).hasSize(5);
    }

    @Test
    void shouldForgetNewestEventsOfARuleThatNoHubHasHadForAWhile() throws Exception {
        append(newest("s.1", Newest.REPLACED), newest("s.in.1", Newest.REPLACED), newest("t.1", Newest.REPLACED));
        Duration unused = Duration.ofMinutes(5);
        events.useLast(Set.of("s.", "s.in.", "u."));
        for (int minutes = 0; minutes < 6; minutes += 3) {
            pass(Duration.ofMinutes(3));
            events.useLast(Set.of("s.in."));
            assertThat(events.forgetLast(unused)).isFalse();
            assertThat(last("", "", 10)).hasSize(3);
        }

        pass(Duration.ofMinutes(3));
        events.useLast(Set.of("s.in."));
        forgetLast(unused);
        assertThat(last("", "", 10)).containsExactly("2 s.in.1", "3 t.1");
        append(newest("s.2", Newest.REPLACED));
        forgetLast(unused);
        assertThat(last("", "", 10)).hasSize(3);
    }

    @Test
    void shouldNotForgetNewestEventsWhileAllHubsAreStopped() throws Exception {
        append(newest("s.1", Newest.REPLACED));
        events.useLast(Set.of("s."));
        pass(Duration.ofDays(9));

        assertThat(events.forgetLast(Duration.ofMinutes(3))).isFalse();
        assertThat(last("", "", 10)).hasSize(1);
        pass(Duration.ofDays(9));
        forgetLast(Duration.ofMinutes(3));
        assertThat(last("", "", 10)).isEmpty();
    }

    private void forgetLast(Duration unused) throws IOException {
        boolean more;
        do {
            more = events.forgetLast(unused);
        } while (more);
    }

    @Test
    void shouldTrimByRule() throws IOException {
        append(event("a.1"), event("b.1", "b.", Newest.UNCHANGED, null, content("1")), event("a.2"), event("a.3"));
        put("one");

        assertThat(events.trim(Map.of("a.", UNBOUNDED, "b.", UNBOUNDED, "c.", UNBOUNDED), Map.of()))
                .isFalse();
        assertThat(read(0, "").events()).hasSize(4);
        events.trim(Map.of("a.", new Bounds(Duration.ofDays(1), 10)), Map.of());
        assertThat(topics(read(0, "").events())).containsExactly("2 b.1", "3 a.2", "4 a.3");
        assertThat(events.rules()).isEqualTo(Map.of("a.", new Kept(1, 2, 10), "b.", new Kept(0, 1, 1)));
        events.trim(Map.of("a.", new Bounds(Duration.ofDays(-1), ALL)), Map.of());
        assertThat(topics(read(0, "").events())).containsExactly("2 b.1");
        assertThat(events.rules()).isEqualTo(Map.of("a.", new Kept(4, 0, 0), "b.", new Kept(0, 1, 1)));
        assertThat(append(event("a.4"))).containsExactly(new Appended(6, false));
        assertThat(events.rules()).containsEntry("a.", new Kept(4, 1, 5));
    }

    @Test
    void shouldTrimARuleThatWasRemovedAsItWasConfiguredLast() throws IOException {
        append(event("a.1"), event("b.1", "b.", Newest.UNCHANGED, null, content("1")));
        events.trim(Map.of("a.", new Bounds(Duration.ofDays(1), 10)), Map.of());
        append(event("a.2"), event("a.3"));
        assertThat(events.trim(Map.of("b.", UNBOUNDED), Map.of())).isFalse();
        assertThat(topics(read(0, "").events())).containsExactly("2 b.1", "3 a.2", "4 a.3");
        assertThat(events.rules()).isEqualTo(Map.of("a.", new Kept(1, 2, 10), "b.", new Kept(0, 1, 1)));
    }

    @Test
    void shouldHoldBlobsUntilTheirEventIsDeleted() throws IOException {
        LedgerEvent.Content blob = LedgerEvent.Content.in("b1", 100);
        append(event("a.1", "a.", Newest.REPLACED, null, blob));

        assertThat(ledger.blobs().condemn(Set.of("b1", "b2"))).containsExactly("b2");
        append(event("a.1", null, Newest.REPLACED, null, LedgerEvent.Content.in("b3", 100)));
        assertThat(dead()).containsExactly("b2");
        events.trim(Map.of("a.", new Bounds(Duration.ofDays(1), 0)), Map.of());
        assertThat(dead()).containsExactlyInAnyOrder("b1", "b2");
        assertThatThrownBy(() -> append(
                        event("a.1"), event("a.2", "a.", Newest.UNCHANGED, null, LedgerEvent.Content.in("b2", 1))))
                .isInstanceOf(IOException.class);
        assertThat(read(2, "")).isEqualTo(new Page(List.of(), 2));
        assertThat(ledger.blobs().condemn(Set.of("b3"))).isEmpty();
    }

    @Test
    void shouldNumberTheEventsOfManyWriters() throws Exception {
        int writers = 4;
        int batches = 10;
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        try {
            List<Callable<List<Long>>> tasks = new ArrayList<>();
            for (int i = 0; i < writers; i++) {
                UUID own = UUID.randomUUID();
                tasks.add(() -> {
                    List<Long> numbers = new ArrayList<>();
                    for (int n = 1; n <= batches; n++) {
                        events.append(own, n, List.of(event("a." + n), event("a." + n)))
                                .forEach(answer -> numbers.add(answer.number()));
                    }
                    return numbers;
                });
            }
            List<Long> all = new ArrayList<>();
            for (Future<List<Long>> future : threads.invokeAll(tasks)) {
                assertThat(future.get()).isSorted();
                all.addAll(future.get());
            }
            assertThat(all)
                    .containsExactlyInAnyOrderElementsOf(LongStream.rangeClosed(1, 2L * writers * batches)
                            .boxed()
                            .toList());
            assertThat(read(0, "").events())
                    .extracting(LedgerEvent::number)
                    .isEqualTo(all.stream().sorted().toList());
        } finally {
            threads.shutdownNow();
        }
    }
}
