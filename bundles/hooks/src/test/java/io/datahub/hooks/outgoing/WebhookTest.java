package io.datahub.hooks.outgoing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.datahub.api.Home;
import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.cluster.ClusterStatus;
import io.datahub.api.cluster.ClusterView;
import io.datahub.api.hook.RecentDelivery;
import io.datahub.api.hook.Webhooks.DeadLetter;
import io.datahub.api.state.AdapterState;
import io.datahub.api.state.AdapterStates;
import io.datahub.hooks.outgoing.DeadLetters.Letter;
import io.datahub.test.Configurations;
import io.datahub.test.memory.MemoryAdapterStates;
import io.datahub.test.memory.MemoryBroker;
import io.datahub.test.memory.MemoryHistory;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
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

    private Webhook webhook(String path) {
        return webhook(path, states, null);
    }

    private Webhook webhook(String path, AdapterStates stored, ClusterView cluster) {
        return new Webhook(
                new Home() {
                    @Override
                    public Path root() {
                        return root;
                    }
                },
                broker,
                history,
                stored,
                cluster,
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
        await().until(() -> again.status().state().equals("ended"));
        again.stop();

        Webhook corrected = webhook("/moved");
        await().until(() -> states.of("webhook-w").get("ended").isEmpty());
        assertThat(corrected.status().state()).isEqualTo("sending");
        corrected.stop();
    }

    @Test
    void shouldStartWhileItsStateIsUnreachable() {
        AdapterStates unreachable = adapter -> (AdapterState) Proxy.newProxyInstance(
                AdapterState.class.getClassLoader(),
                new Class<?>[] {AdapterState.class},
                (proxy, method, arguments) -> {
                    throw new IOException("unreachable");
                });
        Webhook webhook = webhook("/moved", unreachable, null);
        assertThat(webhook.status().state()).isEqualTo("sending");
        webhook.stop();
    }

    @Test
    void shouldLeaveDeadLettersToTheHubThatSends() throws Exception {
        states.of("webhook-w")
                .put("owner", "two".getBytes(StandardCharsets.UTF_8))
                .get();
        DeadLetters letters = new DeadLetters(states.of("webhook-w"));
        letters.add(message(1), "status 422", Instant.EPOCH);
        Webhook webhook = webhook("/moved", states, new ClusterView() {
            @Override
            public String hub() {
                return "one";
            }

            @Override
            public Optional<Refusal> refuse() {
                return Optional.empty();
            }

            @Override
            public ClusterStatus status() {
                throw new UnsupportedOperationException();
            }
        });
        await().until(() ->
                webhook.drop(Optional.empty()).refusal().orElseThrow().detail().contains("the hub two"));
        assertThat(webhook.drop(Optional.of("msg_1")).refusal())
                .map(Refusal::reason)
                .contains(Reason.CONFLICT);
        assertThat(webhook.status().state()).isEqualTo("standby");
        assertThat(webhook.status().sender()).contains("two");
        assertThat(webhook.status().deadLetters()).isZero();
        assertThat(webhook.deadLetters()).extracting(DeadLetter::id).containsExactly("msg_1");
        webhook.stop();
    }

    private Message message(int number) {
        return new Message("msg_" + number, "x.y", Map.of("Content-Type", "text/plain"), new byte[0]);
    }

    @Test
    void shouldWaitForRoomForADeadLetterWithoutSendingItsMessageAgain() throws Exception {
        DeadLetters letters = new DeadLetters(states.of("webhook-w"));
        for (int i = 0; i < DeadLetters.MAX; i++) {
            letters.add(message(i), "status 422", Instant.EPOCH);
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

        await().untilAsserted(() ->
                assertThat(webhook.status().problem()).isEqualTo("1000 dead letters wait to be sent again or dropped"));

        assertThat(webhook.drop(Optional.of("msg_7")).isRefused()).isTrue();
        assertThat(webhook.drop(Optional.empty()).get()).isEqualTo(DeadLetters.MAX);
        assertThat(webhook.status().deadLetters()).isZero();
        webhook.stop();
    }
}
