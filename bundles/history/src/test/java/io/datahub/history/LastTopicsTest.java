package io.datahub.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.LastEvents;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.Cursor;
import io.datahub.test.contract.LastEventsContract;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastTopicsTest extends LastEventsContract {

    private static final String RULES = "kept.: 1d/status.: 5 topics; kept.last.: 100 topics; many.: 1000 topics";

    @TempDir
    Path folder;

    private TestHistory hub;

    @BeforeEach
    void start() throws IOException {
        hub = new TestHistory(folder.resolve("history"), RULES);
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    @Override
    protected LastEvents last() {
        return hub.log;
    }

    @Override
    protected void publish(String topic, String payload) throws Exception {
        hub.append(topic, payload).get();
    }

    /** Collects events, while it has room. */
    private static class Collector implements LastEvents.Receiver {
        final List<String> events = new CopyOnWriteArrayList<>();
        volatile boolean isOpen = true;
        final AtomicInteger room = new AtomicInteger(Integer.MAX_VALUE);

        @Override
        public boolean isOpen() {
            return isOpen;
        }

        @Override
        public boolean hasRoom() {
            return room.getAndDecrement() > 0;
        }

        @Override
        public void receive(List<EventRun> received) {
            received.forEach(event -> events.add(text(event)));
        }
    }

    private static String text(EventRun event) {
        EventReader reader = new EventReader(event);
        reader.next();
        return reader.topic() + "=" + StandardCharsets.UTF_8.decode(reader.payload())
                + event.cursor().map(cursor -> "@" + cursor).orElse("");
    }

    private Collector subscribe(String prefix) {
        Collector collector = new Collector();
        hub.log.subscribe(prefix.getBytes(StandardCharsets.UTF_8), () -> {}, collector);
        return collector;
    }

    private void assertLast(String prefix, String... expected) {
        Collector collector = subscribe(prefix);
        await().untilAsserted(() -> assertThat(collector.events).containsExactlyInAnyOrder(expected));
    }

    @Test
    void shouldKeepThemOverARestartWithoutAHistory() throws Exception {
        assertThat(hub.append("status.a", "1").get()).isEqualTo(Cursor.BEGINNING);
        hub = hub.reopen(RULES);
        assertLast("status.", "status.a=1");
        assertThat(hub.topics(Cursor.BEGINNING, "")).isEmpty();
    }

    @Test
    void shouldForgetTheTopicWithoutAnEventForTheLongestTime() throws Exception {
        for (String topic : List.of("a", "b", "c", "d", "e")) {
            hub.append("status." + topic, "1").get();
        }
        hub.append("status.a", "2").get();
        hub.append("status.f", "1").get();
        assertLast("status.", "status.a=2", "status.c=1", "status.d=1", "status.e=1", "status.f=1");
    }

    /** However small their events are. */
    @Test
    void shouldHavePublishersWaitBeforeNumbersRunOut() {
        Change change = hub.journal.append(Change.Type.CREATED, RecordPath.of("f"));
        CompletableFuture<CompletableFuture<Cursor>> waiting = new CompletableFuture<>();
        hub.log.announce(
                change.cursor(),
                () -> { // within the lock: no more numbers can be reserved than once
                    CompletableFuture<Cursor> one;
                    do {
                        one = hub.append("status.a", "");
                    } while (one.isDone() && !one.isCompletedExceptionally());
                    waiting.complete(one);
                });

        assertThat(waiting.join().join()).isEqualTo(Cursor.BEGINNING);
    }

    @Test
    void shouldForgetTheOldestBeyondASize() throws Exception {
        hub.configure("/status.: 1000 topics, 1 MiB", "100");
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 40; i++) {
                hub.append("status." + i, "x".repeat(60_000)).get();
            }
            Collector all = subscribe("status.");
            await().until(() -> all.events.size() == 17);
            assertThat(all.events).anyMatch(event -> event.startsWith("status.39="));
            hub = hub.reopen("/status.: 1000 topics, 1 MiB");
        }
        assertThatThrownBy(() -> hub.append("status.a", "x".repeat(70_000)).join())
                .hasMessageContaining("TOO_LARGE");
        for (int i = 0; i < 40; i++) {
            hub.append("status." + i, "").get();
        }
        hub.append("status.a", "1").get();
        assertLast("status.", "status.a=1");
    }

    @Test
    void shouldKeepWhatIsNotWrittenYetWhenItsRuleChanges() throws Exception {
        hub.configure("/status.: 5 topics", "60000");
        hub.append("status.a", "1").get();
        hub.configure("/status.: 6 topics", "60000");
        assertLast("status.", "status.a=1");
    }

    @Test
    void shouldKeepThemAlsoInTheHistoryIfARuleSaysSo() throws Exception {
        hub.append("kept.last.a", "1").get();
        Cursor second = hub.append("kept.last.a", "2").get();
        assertThat(hub.topics(Cursor.BEGINNING, "kept.")).containsExactly("kept.last.a", "kept.last.a");
        assertLast("kept.", "kept.last.a=2@" + second);
    }

    @Test
    void shouldKeepWhatWasFlushedWhenItIsKilled() throws Exception {
        hub.configure(RULES, "always");
        hub.append("status.a", "1").get();
        hub.append("status.a", "2").get();
        TestHistory before = hub;
        hub = before.kill(folder.resolve("killed"), RULES);
        before.close();
        assertLast("status.", "status.a=2");
    }

    @Test
    void shouldDeliverEachTopicInOrderAndWithoutRepetitionWhileItChanges() throws Exception {
        for (int i = 0; i < 1000; i++) {
            hub.append("many." + i, "0").get();
        }
        var latest = new ConcurrentHashMap<String, Integer>();
        var wrong = new CopyOnWriteArrayList<String>();
        boolean[] begun = new boolean[1];
        Thread publisher = new Thread(() -> {
            Random random = new Random(3);
            for (int i = 1; i <= 20_000; i++) {
                String topic = "many." + random.nextInt(1000);
                int value = i;
                hub.log.append(TestHistory.event(topic, String.valueOf(i)), new TestHistory.Appended(() -> {
                    if (begun[0]) { // within the lock of the log, as the broker delivers
                        latest.put(topic, value);
                    }
                }));
            }
        });
        publisher.start();
        Collector collector = new Collector() {
            @Override
            public void receive(List<EventRun> events) {
                for (EventRun event : events) {
                    String[] parts = text(event).split("=", -1);
                    Integer live = latest.putIfAbsent(parts[0], Integer.parseInt(parts[1]));
                    if (live != null) {
                        wrong.add(parts[0] + ": " + parts[1] + " after " + live);
                    }
                }
            }
        };
        hub.log.subscribe("many.".getBytes(StandardCharsets.UTF_8), () -> begun[0] = true, collector);
        publisher.join();
        await().until(() -> latest.size() == 1000);
        assertThat(wrong).isEmpty();
    }

    @Test
    void shouldSendNothingToASubscriberThatHasGoneOrHasNoRoom() throws Exception {
        for (int i = 0; i < 500; i++) {
            hub.append("many." + i, "0").get();
        }
        Collector slow = new Collector();
        slow.room.set(1);
        hub.log.subscribe("many.".getBytes(StandardCharsets.UTF_8), () -> {}, slow);
        await().until(() -> slow.room.get() < 0);
        assertThat(slow.events).hasSize(128);
        slow.isOpen = false;
        Collector other = subscribe("many.");
        await().until(() -> other.events.size() == 500);
        assertThat(slow.events).hasSize(128);
    }
}
