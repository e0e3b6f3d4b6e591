package io.datahub.hooks.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.record.Cursor;
import io.datahub.api.state.AdapterState;
import io.datahub.test.memory.MemoryAdapterStates;
import io.datahub.test.memory.MemoryBroker;
import io.datahub.test.memory.MemoryHistory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class EventFeedTest {

    private final MemoryBroker broker = new MemoryBroker(new MemoryBroker.Limits(1_000, 1 << 20, 1 << 20, 100));
    private final MemoryHistory history = new MemoryHistory();
    private final AdapterState state = new MemoryAdapterStates(InstantSource.system()).of("feed");
    private final List<String> passed = new CopyOnWriteArrayList<>();
    private final List<String> withoutPosition = new CopyOnWriteArrayList<>();
    private final List<String> gaps = new CopyOnWriteArrayList<>();

    /** Collects topics, and fails or stops where a topic says so. */
    private final EventConsumer consumer = new EventConsumer() {
        private boolean hasFailed;

        @Override
        public void accept(FeedEvent event) throws IOException, InterruptedException {
            if (event.topic().endsWith("stops")) {
                throw new InterruptedException("stopped");
            }
            if (event.topic().endsWith("fails-once") && !hasFailed) {
                hasFailed = true;
                throw new IOException("on purpose");
            }
            if (event.cursor().isEmpty()) {
                withoutPosition.add(event.topic());
            }
            passed.add(event.topic());
        }

        @Override
        public void gap(String reason) {
            gaps.add(reason);
        }
    };

    private EventFeed start() throws IOException {
        return start(Optional.empty());
    }

    private EventFeed start(Optional<String> hub) throws IOException {
        EventFeed feed = new EventFeed("test", List.of("file.created/*", "x."), broker, history, state, hub, consumer);
        feed.start();
        await().until(() -> state.get("cursor").isPresent());
        return feed;
    }

    @Test
    void shouldContinueAfterTheLastEventThatWasProcessed() throws IOException {
        history.create("before");
        EventFeed feed = start();
        await().until(() -> broker.sessions().stream().anyMatch(session -> session.subscriptions() == 2));
        broker.send("ann", 1, "x.live".getBytes(StandardCharsets.UTF_8), new byte[0]);
        await().until(() -> passed.contains("x.live"));
        feed.close();
        history.create("a");
        history.create("b");
        history.create("stops");
        history.create("c");
        feed = start();
        await().until(() -> passed.size() == 3);
        feed.close();
        assertThat(passed).containsExactly("x.live", "file.created/a", "file.created/b");
        assertThat(broker.sessions()).isEmpty();
    }

    /** Another hub has stored the position; the numbers of its kept events mean nothing here. */
    @Test
    void shouldShareThePositionOfFileEventsOnly() throws IOException {
        history.create("before");
        state.put("cursor", "e1-1.300000".getBytes(StandardCharsets.UTF_8)).get();
        history.append("ann", "x.kept-by-this-hub", "");
        history.create("a");
        EventFeed feed = start(Optional.of("one"));
        await().until(() -> broker.sessions().stream().anyMatch(session -> session.subscriptions() == 2));
        await().until(() -> passed.contains("file.created/a"));
        broker.announce(new Cursor("e1", 3, 41), "x.live", new byte[0]);
        await().until(() -> passed.contains("x.live"));
        assertThat(state.get("cursor").orElseThrow().text()).isEqualTo("e1-3");
        history.create("b");
        broker.announce(new Cursor("e1", 4), "file.created/b", new byte[0]);
        await().until(() -> passed.contains("file.created/b"));
        feed.close();
        assertThat(passed).containsExactly("file.created/a", "x.live", "file.created/b");
        assertThat(withoutPosition)
                .as("hubs give the same number to different events")
                .containsExactly("x.live");
        assertThat(state.get("cursor").orElseThrow().text()).isEqualTo("e1-4");
    }

    @Test
    void shouldReportAGapAndContinue() throws IOException {
        start().close();
        history.create("lost");
        history.rebuild();
        EventFeed feed = start();
        await().until(() -> !gaps.isEmpty());
        feed.close();
        assertThat(passed).doesNotContain("file.created/lost");
    }

    @Test
    void shouldPassAnEventAgainThatCouldNotBeProcessed() throws IOException {
        EventFeed feed = start();
        feed.close();
        history.create("fails-once");
        history.create("next");
        feed = start();
        await().atMost(Duration.ofSeconds(30)).until(() -> passed.size() == 2);
        feed.close();
        assertThat(passed).containsExactly("file.created/fails-once", "file.created/next");
    }
}
