package io.datahub.zeromq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.datahub.api.user.Z85;
import io.datahub.client.Credential;
import io.datahub.client.CurveKeys;
import io.datahub.client.Event;
import io.datahub.client.EventStream;
import io.datahub.client.HubClient;
import io.datahub.client.HubConnectionException;
import io.datahub.client.Reply;
import io.datahub.client.Subscription;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The hub's client library against the ZeroMQ endpoint. */
@Timeout(60)
class ClientTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private Fixture hub = new Fixture();

    @AfterEach
    void stop() {
        hub.close();
    }

    private String address() {
        return "tcp://127.0.0.1:" + hub.port();
    }

    private static Credential token(String user) {
        return new Credential.Token(user, user + "-token");
    }

    private Credential curve(String user) {
        String secret = Z85.encode(TestUsers.keys(user).secretKey());
        return new Credential.Curve(
                CurveKeys.ofSecret(secret), hub.zeromq.context().keys().toString());
    }

    private HubClient client(Credential credential) throws IOException {
        return HubClient.connect(address(), credential, TIMEOUT);
    }

    private Subscription subscription(HubClient client, String prefix) {
        int before = hub.subscriptions();
        Subscription subscription = client.subscribe(prefix);
        Fixture.await(() -> {
            subscription.receive(Duration.ZERO);
            return hub.subscriptions() > before;
        });
        return subscription;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Event next(Subscription subscription) {
        return subscription.receive(TIMEOUT).orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldPublishWithAReplyAndReceive(boolean byCurve) throws IOException {
        try (HubClient client = client(byCurve ? curve("ci") : token("ci"))) {
            Subscription subscription = subscription(client, "build.");
            assertThat(client.publish("build.1", utf8("grün"), utf8("more")).isAccepted())
                    .isTrue();

            Event event = next(subscription);
            assertThat(event.topic()).isEqualTo("build.1");
            assertThat(event.text()).isEqualTo("grün");
            assertThat(event.more()).containsExactly(utf8("more"));
        }
    }

    @Test
    void shouldReturnTheGrantedPrefixes() throws IOException {
        try (HubClient client = client(token("ci"))) {
            assertThat(client.granted("", "other")).contains(List.of("build."));
            assertThat(client.granted("other")).contains(List.of());
            assertThat(client.publish("build.1", utf8("x")).isAccepted()).isTrue();
        }
    }

    @Test
    void shouldReturnTheReasonOfARefusal() throws IOException {
        try (HubClient client = client(token("ci"))) {
            Reply reply = client.publish("secret.1", utf8("x"));

            assertThat(reply.status()).isEqualTo(403);
            assertThat(reply.detail()).isNotEmpty();
            assertThat(client.publish("", utf8("x")).status()).isEqualTo(400);
            assertThat(client.publish("build.1", utf8("x"))).isEqualTo(new Reply(202, ""));
        }
    }

    @Test
    void shouldStreamInOrderAndSendQueuedEventsWhenClosed() throws IOException {
        byte[] payload = new byte[10_000];
        Arrays.fill(payload, (byte) 'x');
        try (HubClient listener = client(token("ci"))) {
            Subscription subscription = subscription(listener, "build.");
            CompletableFuture<Void> publishing = CompletableFuture.runAsync(() -> {
                try (HubClient client = client(token("ci"));
                        EventStream stream = client.stream()) {
                    for (int i = 0; i < 3_000; i++) {
                        stream.publish("build." + i, payload);
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });

            for (int i = 0; i < 3_000; i++) {
                assertThat(next(subscription).topic()).isEqualTo("build." + i);
            }
            publishing.join();
        }
    }

    @Test
    void shouldReportRefusedCredentials() {
        assertThatExceptionOfType(HubConnectionException.class)
                .isThrownBy(() -> client(new Credential.Token("ci", "wrong")))
                .withMessageContaining("refuses the credentials of ci")
                .withMessageNotContaining("wrong");
        assertThat(hub.broker.sessions()).isEmpty();
    }

    @Test
    void shouldReportAnUnreachableHub() throws IOException {
        int port;
        try (ServerSocket occupied = new ServerSocket(0)) {
            port = occupied.getLocalPort();
        }
        assertThatExceptionOfType(HubConnectionException.class)
                .isThrownBy(() -> HubClient.connect("tcp://127.0.0.1:" + port, token("ci"), Duration.ofMillis(300)))
                .withMessageContaining("No hub is reachable at tcp://127.0.0.1:" + port);
    }

    @Test
    void shouldReconnectAfterARestartOfTheHub() throws IOException {
        try (HubClient client = client(token("ci"))) {
            Subscription subscription = subscription(client, "build.");
            EventStream stream = client.stream();
            int port = hub.port();
            hub.close();
            hub = new Fixture("port", port);
            Fixture.await(() -> {
                subscription.receive(Duration.ZERO);
                return hub.subscriptions() == 1 && hub.broker.sessions().size() == 3;
            });

            assertThat(client.publish("build.answered", utf8("x")).isAccepted()).isTrue();
            assertThat(next(subscription).topic()).isEqualTo("build.answered");
            stream.publish("build.streamed", utf8("y"));
            assertThat(next(subscription).topic()).isEqualTo("build.streamed");
        }
    }

    @Test
    void shouldReportAnEventThatWasNotPublishedWithoutAConnection() throws IOException {
        try (HubClient client = HubClient.connect(address(), token("ci"), Duration.ofSeconds(5))) {
            hub.close();

            assertThatExceptionOfType(HubConnectionException.class)
                    .isThrownBy(() -> client.publish("build.1", utf8("x")));
        }
    }

    @Test
    void shouldBeClosableWhileAnotherThreadReceives() throws Exception {
        HubClient client = client(token("ci"));
        Subscription subscription = subscription(client, "build.");
        CompletableFuture<Optional<Event>> receiving =
                CompletableFuture.supplyAsync(() -> subscription.receive(Duration.ofMinutes(1)));
        client.close();

        assertThat(receiving.get()).isEmpty();
    }

    @Test
    void shouldUnsubscribeFromAPrefix() throws IOException {
        try (HubClient client = client(token("ci"))) {
            Subscription subscription = subscription(client, "build.a");
            subscription.add("build.b");
            Fixture.await(() -> hub.subscriptions() == 2);
            subscription.remove("build.a");
            Fixture.await(() -> hub.subscriptions() == 1);
            client.publish("build.a", utf8("x"));
            client.publish("build.b", utf8("x"));

            assertThat(next(subscription).topic()).isEqualTo("build.b");
        }
    }
}
