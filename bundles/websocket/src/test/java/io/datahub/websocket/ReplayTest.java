package io.datahub.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReplayTest {

    private static final Pattern NUMBER = Pattern.compile("file.created/open/([0-9]+)\"");

    private RunningGateway gateway;

    @BeforeEach
    void start() throws Exception {
        gateway = new RunningGateway();
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
    }

    private static List<Integer> numbers(RawClient client, int count) throws Exception {
        List<Integer> numbers = new ArrayList<>();
        while (numbers.size() < count) {
            Matcher matcher = NUMBER.matcher(client.text());
            if (matcher.find()) {
                numbers.add(Integer.valueOf(matcher.group(1)));
            }
        }
        return numbers;
    }

    @Test
    void shouldLimitTheTopicsOfAReplay() throws Exception {
        try (RawClient client = gateway.connect("ann")) {
            client.send(
                    "{\"type\":\"subscribe\",\"topics\":[" + "\"x\",".repeat(1_000) + "\"x\"],\"since\":0,\"id\":1}");
            assertThat(client.text())
                    .startsWith("{\"type\":\"error\",\"id\":1,\"status\":400")
                    .contains("at most 1000 topics");
        }
    }

    @Test
    void shouldReplayFromTheBeginningAndContinueLive() throws Exception {
        gateway.files.create("open/1");
        gateway.files.create("secret/1");
        gateway.files.create("open/2");
        try (RawClient client = gateway.connect("ann")) {
            client.send("{\"type\":\"subscribe\",\"topics\":[\"file.\"],\"since\":0,\"id\":1}");
            assertThat(client.text()).startsWith("{\"type\":\"ok\",\"id\":1,\"granted\":[\"file.created/open/\",");
            assertThat(client.text())
                    .contains("file.created/open/1", "1970-01-01T00:00:00Z", "\\\"id\\\":\\\"e1-1\\\"");
            assertThat(client.text()).contains("file.created/open/2");
            await().until(() -> !gateway.subscribed().isEmpty());
            gateway.files.create("open/3");
            assertThat(client.text()).contains("file.created/open/3");
        }
    }

    @Test
    void shouldReplayOnlyMatchingTopicsAfterACursor() throws Exception {
        gateway.files.create("open/1");
        gateway.files.create("open/2");
        gateway.files.create("open/33");
        try (RawClient client = gateway.connect("ann")) {
            client.send("{\"type\":\"subscribe\",\"topics\":[\"file.created/open/3\"],\"since\":\"e1-1\"}");
            assertThat(client.text()).contains("file.created/open/33");
        }
    }

    @Test
    void shouldAnswer410WhenTheCursorIsOfAnotherEpoch() throws Exception {
        try (RawClient client = gateway.connect("ann")) {
            client.send("{\"type\":\"subscribe\",\"topics\":[\"file.\"],\"since\":\"e0-7\",\"id\":1}");
            assertThat(client.text())
                    .startsWith("{\"type\":\"error\",\"id\":1,\"status\":410")
                    .contains("e1-0");
            assertThat(gateway.subscribed()).isEmpty();
        }
    }

    @Test
    void shouldGoOnWithAReplayOnceTheHistoryCanBeReadAgain() throws Exception {
        for (int i = 1; i <= 3_000; i++) {
            gateway.files.create("open/" + i);
        }
        AtomicInteger reads = new AtomicInteger();
        gateway.files.history.beforeRead(() -> {
            if (reads.incrementAndGet() == 3) { // the first one only looks whether the cursor is known
                gateway.files.history.refuse(Optional.of(Refusal.unavailable("it is away", Duration.ofSeconds(1))));
            }
        });
        try (RawClient client = gateway.connect("ann")) {
            client.send("{\"type\":\"subscribe\",\"topics\":[\"file.\"],\"since\":0,\"id\":1}");
            assertThat(client.text()).startsWith("{\"type\":\"ok\"");
            List<Integer> received = numbers(client, 2_048);
            await().until(() -> gateway.files.history.refused() >= 2);
            gateway.files.history.refuse(Optional.empty());
            received.addAll(numbers(client, 3_000 - 2_048));
            assertThat(received)
                    .containsExactlyElementsOf(
                            IntStream.rangeClosed(1, 3_000).boxed().toList());
        }
    }

    @Test
    void shouldNeitherLoseNorDuplicateConcurrentChanges() throws Exception {
        AtomicInteger last = new AtomicInteger();
        for (int i = 0; i < 1000; i++) {
            gateway.files.create("open/" + last.incrementAndGet());
        }
        AtomicInteger reads = new AtomicInteger();
        gateway.files.history.beforeRead(() -> {
            for (int i = 0; i < 1000 && reads.incrementAndGet() < 2000; i++) {
                gateway.files.create("open/" + last.incrementAndGet());
            }
        });
        try (RawClient client = gateway.connect("ann")) {
            Thread writer = new Thread(
                    () -> {
                        for (int i = 0; i < 3000; i++) {
                            synchronized (gateway.files) {
                                gateway.files.create("open/" + last.incrementAndGet());
                            }
                        }
                    },
                    "writer");
            client.send("{\"type\":\"subscribe\",\"topics\":[\"\"],\"since\":\"0\"}");
            writer.start();
            writer.join();
            await().until(() -> gateway.files.created.size() == 1000 + 1999 + 3000);
            List<String> created = gateway.files.created.stream()
                    .map(path -> path.substring("open/".length()))
                    .toList();
            List<Integer> got = numbers(client, created.size());
            assertThat(got)
                    .containsExactlyElementsOf(
                            created.stream().map(Integer::valueOf).toList());
            gateway.files.create("open/0");
            assertThat(numbers(client, 1)).containsExactly(0);
        }
    }

    @Test
    void shouldReadWhatTheSessionHasLostFromTheHistory() throws Exception {
        try (RawClient client = gateway.connect("ann")) {
            client.send("{\"type\":\"subscribe\",\"topics\":[\"file.\"],\"since\":0,\"id\":1}");
            assertThat(client.text()).startsWith("{\"type\":\"ok\",\"id\":1");
            gateway.files.create("open/1");
            assertThat(numbers(client, 1)).containsExactly(1);
            gateway.broker.setLosing(true);
            gateway.files.create("open/2");
            gateway.broker.setLosing(false);
            gateway.files.create("open/3");
            assertThat(numbers(client, 2)).containsExactly(2, 3);
        }
    }

    @Test
    void shouldEndASubscriptionWhoseLostEventsAreGone() throws Exception {
        try (RawClient client = gateway.connect("ann")) {
            client.send("{\"type\":\"subscribe\",\"topics\":[\"file.\"],\"since\":0,\"id\":1}");
            assertThat(client.text()).startsWith("{\"type\":\"ok\",\"id\":1");
            gateway.files.create("open/1");
            assertThat(numbers(client, 1)).containsExactly(1);
            gateway.files.history.rebuild();
            gateway.broker.setLosing(true);
            gateway.files.create("open/2");
            gateway.broker.setLosing(false);
            gateway.files.create("open/3");
            assertThat(client.text()).startsWith("{\"type\":\"error\",\"id\":1,\"status\":410");
            assertThat(gateway.subscribed()).isEmpty();
        }
    }

    @Test
    void shouldUnsubscribeFromAReplayedTopic() throws Exception {
        try (RawClient client = gateway.connect("ann")) {
            client.send("{\"type\":\"subscribe\",\"topics\":[\"file.\"],\"since\":0,\"id\":1}");
            assertThat(client.text()).startsWith("{\"type\":\"ok\",\"id\":1");
            client.send("{\"type\":\"unsubscribe\",\"topics\":[\"file.\"],\"id\":2}");
            assertThat(client.text()).isEqualTo("{\"type\":\"ok\",\"id\":2}");
            assertThat(gateway.subscribed()).isEmpty();
        }
    }
}
