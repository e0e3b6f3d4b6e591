package io.datahub.hooks.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
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

    /** Hubs of a cluster share the history: whichever of them runs the feed goes on with the same events. */
    @Test
    void shouldPassKeptEventsFromThePositionThatAnotherHubHasStored() throws IOException {
        history.create("before");
        state.put("cursor", history.head().toString().getBytes(StandardCharsets.UTF_8))
                .get();
        history.append("ann", "x.kept", "");
        history.create("a");
        EventFeed feed = start(Optional.of("one"));
        await().until(() -> passed.size() == 2);
        feed.close();
        assertThat(passed).containsExactly("x.kept", "file.created/a");
        assertThat(withoutPosition).isEmpty();
        assertThat(state.get("cursor").orElseThrow().text())
                .isEqualTo(history.head().toString());
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

    /** Such as a hub of a cluster whose view of it is too old. */
    @Test
    void shouldWaitForAHistoryThatCannotBeReadAtPresent() throws IOException {
        start().close();
        history.create("a");
        history.refuse(Optional.of(new Refusal(Reason.UNAVAILABLE, "the view is too old")));
        EventFeed feed = start();
        await().until(() -> history.refused() > 0);
        history.refuse(Optional.empty());
        await().atMost(Duration.ofSeconds(30)).until(() -> !passed.isEmpty());
        feed.close();
        assertThat(passed).containsExactly("file.created/a");
        assertThat(gaps).isEmpty();
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
