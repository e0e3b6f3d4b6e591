package io.datahub.hooks.outgoing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.datahub.api.Home;
import io.datahub.api.hook.RecentDelivery;
import io.datahub.api.hook.Webhooks.DeadLetter;
import io.datahub.hooks.outgoing.DeadLetters.Letter;
import io.datahub.test.Configurations;
import io.datahub.test.memory.MemoryAdapterStates;
import io.datahub.test.memory.MemoryBroker;
import io.datahub.test.memory.MemoryHistory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WebhookTest {

    @TempDir
    Path root;

    private final MemoryBroker broker = new MemoryBroker(new MemoryBroker.Limits(1_000, 1 << 20, 1 << 20, 100));
    private final MemoryHistory history = new MemoryHistory();
    private final MemoryAdapterStates states = new MemoryAdapterStates(InstantSource.system());
    private final AtomicInteger posts = new AtomicInteger();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/gone", exchange -> {
            exchange.sendResponseHeaders(410, -1);
            exchange.close();
        });
        server.createContext("/refused", exchange -> {
            posts.incrementAndGet();
            exchange.sendResponseHeaders(422, -1);
            exchange.close();
        });
        server.createContext("/moved", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private Webhook webhook(String path) throws IOException {
        return new Webhook(
                new Home() {
                    @Override
                    public Path root() {
                        return root;
                    }
                },
                broker,
                history,
                states,
                null,
                Configurations.of(
                        WebhookConfiguration.class,
                        "topics",
                        new String[] {"x."},
                        "url",
                        "http://127.0.0.1:" + server.getAddress().getPort() + path,
                        "allowLoopback",
                        true),
                Map.of("service.pid", "io.datahub.webhook~w"));
    }

    @Test
    void shouldStayEndedUntilItHasAnotherUrl() throws Exception {
        Webhook first = webhook("/gone");
        await().until(() -> broker.sessions().stream().anyMatch(session -> session.subscriptions() == 1));
        broker.send("ann", 1, "x.y".getBytes(StandardCharsets.UTF_8), new byte[0]);
        await().until(() -> first.status().state().equals("ended"));
        first.stop();

        Webhook again = webhook("/gone");
        assertThat(again.status().state()).isEqualTo("ended");
        again.stop();

        Webhook corrected = webhook("/moved");
        assertThat(corrected.status().state()).isEqualTo("sending");
        corrected.stop();
        assertThat(states.of("webhook-w").get("ended")).isEmpty();
    }

    private Message message(int number) {
        return new Message("msg_" + number, "x.y", Map.of("Content-Type", "text/plain"), new byte[0]);
    }

    @Test
    void shouldWaitForRoomForADeadLetterWithoutSendingItsMessageAgain() throws Exception {
        DeadLetters letters = new DeadLetters(states.of("webhook-w"));
        for (int i = 0; i < DeadLetters.MAX; i++) {
            letters.add(message(i), "status 422");
        }
        Webhook webhook = webhook("/refused");
        await().until(() -> broker.sessions().stream().anyMatch(session -> session.subscriptions() == 1));
        broker.send("ann", 1, "x.y".getBytes(StandardCharsets.UTF_8), new byte[0]);
        await().until(() -> webhook.status().nextAttempt().isPresent());
        assertThat(webhook.status().state()).isEqualTo("retrying");
        assertThat(webhook.status().recent()).extracting(RecentDelivery::result).containsExactly("retrying", "refused");

        assertThat(webhook.drop(Optional.of("msg_7")).get()).isEqualTo(1);
        await().until(() -> webhook.status().state().equals("sending"));
        assertThat(letters.list())
                .hasSize(DeadLetters.MAX)
                .extracting(Letter::shown)
                .extracting(DeadLetter::id)
                .doesNotContain("msg_7");
        assertThat(posts).hasValue(1);

        assertThat(webhook.drop(Optional.of("msg_7")).isRefused()).isTrue();
        assertThat(webhook.drop(Optional.empty()).get()).isEqualTo(DeadLetters.MAX);
        assertThat(webhook.status().deadLetters()).isZero();
        webhook.stop();
    }
}
