package io.datahub.api.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.record.Cursor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReplayingFeedTest {

    private static final String CREATED = "file.created/";

    private final FakeHub hub = new FakeHub();
    private final ReplayingFeed feed = new ReplayingFeed(hub, hub);
    private final List<String> received = new ArrayList<>();
    private final List<Refusal> gaps = new ArrayList<>();

    private void receive(EventRun run) {
        for (EventReader event = new EventReader(run); event.next(); ) {
            received.add(event.topic().replace(CREATED, ""));
        }
    }

    private Optional<Refusal> subscribe(Cursor since, String... prefixes) {
        return feed.subscribe(List.of(prefixes), since, gaps::add);
    }

    private void drain() {
        while (feed.next(Integer.MAX_VALUE, this::receive)) {
            assertThat(received).hasSizeLessThan(100_000);
        }
    }

    private static List<String> names(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(i -> "a/" + i).toList();
    }

    private void create(int from, int to) {
        names(from, to).forEach(hub::create);
    }

    @Test
    void shouldDeliverThePastAndThenLiveEvents() {
        create(1, 1_000);
        assertThat(subscribe(Cursor.BEGINNING, "file.")).isEmpty();
        drain();
        create(1_001, 1_003);
        drain();
        assertThat(received).containsExactlyElementsOf(names(1, 1_003));
        assertThat(feed.isReplaying()).isFalse();
    }

    @Test
    void shouldReplayOnlyWhatIsAfterTheCursorAndOfTheTopics() {
        create(1, 3);
        hub.create("b/1");
        assertThat(subscribe(new Cursor("e1", 2), CREATED + "a/")).isEmpty();
        drain();
        assertThat(received).containsExactly("a/3");
    }

    @Test
    void shouldDeliverOnceWhatIsBothInTheJournalAndInTheQueue() {
        create(1, 2);
        subscribe(Cursor.BEGINNING, "file.");
        create(3, 4);
        drain();
        assertThat(received).containsExactlyElementsOf(names(1, 4));
    }

    @Test
    void shouldDeliverOnceWhatIsPublishedWhileTheJournalIsRead() {
        create(1, 1_000);
        int[] next = {1_001};
        subscribe(Cursor.BEGINNING, "file.");
        hub.onRead = () -> {
            for (int i = 0; i < 3 && next[0] <= 2_000; i++) {
                hub.create("a/" + next[0]++);
            }
        };
        drain();
        hub.onRead = () -> {};
        hub.create("a/" + next[0]);
        drain();
        assertThat(received).containsExactlyElementsOf(names(1, next[0]));
    }

    @Test
    void shouldNotSkipAnEntryThatIsJournaledAndNotYetAnnounced() {
        create(1, 1);
        subscribe(Cursor.BEGINNING, "file.");
        EventRun late = hub.append("a/2");
        drain();
        hub.announce(late);
        create(3, 3);
        drain();
        assertThat(received).containsExactlyElementsOf(names(1, 3));
    }

    @Test
    void shouldDeliverOtherEventsWhileTheJournalIsRead() {
        create(1, 3_000);
        subscribe(Cursor.BEGINNING, "");
        hub.publish("ann", "build.a", "x");
        feed.next(Integer.MAX_VALUE, this::receive);
        assertThat(feed.isReplaying()).isTrue();
        assertThat(received).contains("build.a").doesNotContain("a/3000");
    }

    @Test
    void shouldReadFromTheJournalWhatTheSessionHasLost() {
        create(1, 1);
        subscribe(Cursor.BEGINNING, "file.");
        drain();
        create(2, 2 + 2 * FakeHub.QUEUE_SIZE);
        assertThat(hub.lost()).isPositive();
        drain();
        int last = 3 + 2 * FakeHub.QUEUE_SIZE;
        create(last, last);
        drain();
        assertThat(received).containsExactlyElementsOf(names(1, last));
    }

    @Test
    void shouldGoOnWithThePastOnceItCanBeReadAgain() {
        create(1, 3_000);
        subscribe(Cursor.BEGINNING, "");
        feed.next(Integer.MAX_VALUE, this::receive);
        hub.unavailable = true;
        hub.publish("ann", "build.a", "x");
        drain();
        assertThat(feed.isUnavailable()).isTrue();
        assertThat(feed.isReplaying()).isTrue();
        assertThat(received).contains("build.a").doesNotContain("a/3000");
        hub.unavailable = false;
        create(3_001, 3_001);
        drain();
        assertThat(feed.isUnavailable()).isFalse();
        received.remove("build.a");
        assertThat(received).containsExactlyElementsOf(names(1, 3_001));
        assertThat(gaps).isEmpty();
    }

    @Test
    void shouldReadALossOnceTheJournalCanBeReadAgain() {
        subscribe(Cursor.BEGINNING, "file.");
        drain();
        create(1, 2 * FakeHub.QUEUE_SIZE);
        hub.unavailable = true;
        drain();
        assertThat(feed.isUnavailable()).isTrue();
        hub.unavailable = false;
        int last = 2 * FakeHub.QUEUE_SIZE + 1;
        create(last, last);
        drain();
        assertThat(received).containsExactlyElementsOf(names(1, last));
        assertThat(gaps).isEmpty();
    }

    @Test
    void shouldReadALossBeforeLaterEvents() {
        subscribe(Cursor.BEGINNING, "file.");
        drain();
        create(1, FakeHub.QUEUE_SIZE + 2);
        hub.take(1, run -> receive(run)); // makes room for one event after the loss
        create(FakeHub.QUEUE_SIZE + 3, FakeHub.QUEUE_SIZE + 3);
        received.clear();
        drain();
        assertThat(received).containsExactlyElementsOf(names(1, FakeHub.QUEUE_SIZE + 3));
    }

    @Test
    void shouldReadALossAgainAfterALossDuringTheRecovery() {
        subscribe(Cursor.BEGINNING, "file.");
        drain();
        create(1, 2 * FakeHub.QUEUE_SIZE);
        boolean[] once = {true};
        hub.onRead = () -> {
            if (once[0]) {
                once[0] = false;
                create(2 * FakeHub.QUEUE_SIZE + 1, 5 * FakeHub.QUEUE_SIZE);
            }
        };
        drain();
        assertThat(received).containsExactlyElementsOf(names(1, 5 * FakeHub.QUEUE_SIZE));
    }

    @Test
    void shouldReadTheJournalOnlyAsOftenAsAskedForASlowConsumer() {
        create(1, 9_000);
        subscribe(Cursor.BEGINNING, "file.");
        int before = hub.reads;
        feed.next(Integer.MAX_VALUE, this::receive);
        assertThat(hub.reads).isEqualTo(before + 1);
        create(9_001, 9_100); // the queue overflows meanwhile
        assertThat(received).hasSizeLessThan(4_000);
        drain();
        assertThat(received).containsExactlyElementsOf(names(1, 9_100));
    }

    @Test
    void shouldReportAGapAndEndTheSubscription() {
        create(1, 1);
        subscribe(Cursor.BEGINNING, "file.");
        drain();
        create(2, 20);
        hub.trim(15);
        drain();
        assertThat(gaps).extracting(Refusal::reason).containsExactly(Reason.GONE);
        assertThat(hub.prefixes).isEmpty();
        assertThat(feed.isReplaying()).isFalse();
        assertThat(received).containsExactly("a/1");
    }

    @Test
    void shouldReportAGapWhileThePastIsRead() {
        create(1, 6_000);
        subscribe(Cursor.BEGINNING, "file.", "build.");
        feed.next(Integer.MAX_VALUE, this::receive);
        hub.trim(5_000);
        drain();
        assertThat(gaps).hasSize(1);
        assertThat(hub.prefixes).isEmpty();
    }

    @Test
    void shouldRefuseACursorThatTheJournalNoLongerHas() {
        create(1, 3);
        hub.trim(2);
        assertThat(subscribe(new Cursor("e1", 1), "file."))
                .get()
                .extracting(Refusal::reason)
                .isEqualTo(Reason.GONE);
        assertThat(subscribe(new Cursor("e0", 3), "file.")).isPresent();
        assertThat(hub.prefixes).isEmpty();
    }

    @Test
    void shouldSubscribeToAllPrefixesOrToNone() {
        String[] prefixes = Stream.iterate("x", name -> name + "x")
                .limit(FakeHub.MAX_SUBSCRIPTIONS + 1)
                .toArray(String[]::new);
        assertThat(feed.subscribe(List.of(prefixes)))
                .get()
                .extracting(Refusal::reason)
                .isEqualTo(Reason.TOO_MANY);
        assertThat(subscribe(Cursor.BEGINNING, prefixes)).isPresent();
        assertThat(hub.prefixes).isEmpty();
        assertThat(feed.isReplaying()).isFalse();
    }

    @Test
    void shouldDeliverNewEventsOnceToOverlappingSubscriptions() {
        create(1, 2);
        subscribe(new Cursor("e1", 2), "file.");
        drain();
        subscribe(Cursor.BEGINNING, CREATED);
        create(3, 3);
        drain();
        create(4, 20); // some are lost
        drain();
        assertThat(received).containsExactlyElementsOf(names(1, 20));
    }

    @Test
    void shouldStopDeliveringAfterUnsubscribingAlsoAfterALoss() {
        subscribe(Cursor.BEGINNING, CREATED + "a/", CREATED + "b/");
        drain();
        assertThat(feed.unsubscribe(CREATED + "a/")).isTrue();
        assertThat(feed.unsubscribe(CREATED + "a/")).isFalse();
        for (int i = 0; i < 10; i++) {
            hub.create("a/" + i);
            hub.create("b/" + i);
        }
        drain();
        assertThat(received).hasSize(10).allMatch(name -> name.startsWith("b/"));
    }

    @Test
    void shouldReleaseTheBuffersOfDeliveredAndDroppedEvents() {
        subscribe(Cursor.BEGINNING, "");
        create(1, 2);
        hub.publish("ann", "build.a", "x");
        drain();
        assertThat(hub.buffers)
                .hasSize(3)
                .allSatisfy(buffer -> assertThatThrownBy(buffer::release).isInstanceOf(IllegalStateException.class));
    }

    @Test
    void shouldFindNothingLiveOnceTheSessionIsClosed() {
        create(1, 3_000);
        subscribe(Cursor.BEGINNING, "");
        hub.publish("ann", "build.a", "x");
        hub.close();
        drain();
        assertThat(received).containsExactlyElementsOf(names(1, 3_000));
        assertThat(feed.next(1, this::receive)).isFalse();
    }
}
