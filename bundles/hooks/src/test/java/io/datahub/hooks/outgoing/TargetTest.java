package io.datahub.hooks.outgoing;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.datahub.hooks.signature.Secret;
import io.datahub.hooks.signature.SecretFile;
import io.datahub.hooks.signature.StandardSignature;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetTest {

    private static final Message MESSAGE = new Message(
            "msg_1", "a.b", Map.of("Content-Type", "application/json"), "{}".getBytes(StandardCharsets.UTF_8));

    private final List<String> received = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private int status = 204;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String timestamp = exchange.getRequestHeaders().getFirst("webhook-timestamp");
            String signature = exchange.getRequestHeaders().getFirst("webhook-signature");
            received.add(exchange.getRequestURI() + " " + body + " " + timestamp + " " + signature);
            exchange.getResponseHeaders().add("Location", "/elsewhere");
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private URI url(String host) {
        return URI.create("http://" + host + ":" + server.getAddress().getPort() + "/in");
    }

    @Test
    void shouldSendSignedMessagesAndFollowNoRedirects(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("secret"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\nold");
        try (Target target =
                new Target("t", url("127.0.0.1"), Optional.of(new SecretFile(file)), Optional.empty(), true)) {
            assertThat(target.send(MESSAGE).what()).isEqualTo(Attempt.What.DELIVERED);
            status = 307;
            assertThat(target.send(MESSAGE).what()).isEqualTo(Attempt.What.RETRY);
            status = 410;
            assertThat(target.send(MESSAGE).what()).isEqualTo(Attempt.What.GONE);
        }
        assertThat(received).hasSize(3).allMatch(request -> request.startsWith("/in {} "));
        String[] first = received.get(0).split(" ", -1);
        assertThat(first[3])
                .isEqualTo(StandardSignature.sign(
                        new Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "msg_1", first[2], MESSAGE.body()));
    }

    @Test
    void shouldNotConnectToForbiddenAddresses() throws Exception {
        for (String host : List.of("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1.2.3")) {
            try (Target target = new Target("t", url(host), Optional.empty(), Optional.empty(), false)) {
                Attempt attempt = target.send(MESSAGE);
                assertThat(attempt.what()).isEqualTo(Attempt.What.RETRY);
                assertThat(attempt.detail()).as(host).contains("must not lead to");
            }
        }
        assertThat(received).isEmpty();
    }

    @Test
    void shouldRefuseHeadersThatNoTargetTakes() throws Exception {
        Message large = new Message("msg_2", "a.b", Map.of("ce-subject", "x".repeat(7_000)), MESSAGE.body());
        Message largest = new Message("msg_3", "a.b", Map.of("ce-subject", "x".repeat(6_000)), MESSAGE.body());
        URI url = URI.create(url("127.0.0.1") + "?" + "y".repeat(4_000));
        try (Target target = new Target("t", url, Optional.empty(), Optional.empty(), true)) {
            assertThat(target.send(large).what()).isEqualTo(Attempt.What.REFUSED);
            assertThat(target.send(largest).what()).isEqualTo(Attempt.What.DELIVERED);
        }
        assertThat(received).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "none | 0",
                "5 | 5",
                "700 | 600",
                "99999999999 | 600",
                "-1 | 0",
                "soon | 0",
                "Mon, 30 Nov 2026 10:01:30 GMT | 90",
                "Tue, 01 Dec 2026 10:00:00 GMT | 600",
                "Mon, 30 Nov 2026 09:00:00 GMT | 0"
            })
    void shouldWaitAsLongAsTheTargetAsksFor(String value, long seconds) {
        assertThat(Target.retryAfter(value, Instant.parse("2026-11-30T10:00:00Z")))
                .isEqualTo(Duration.ofSeconds(seconds));
    }

    @Test
    void shouldReportAnAbsentTarget() throws Exception {
        URI url = url("127.0.0.1");
        server.stop(0);
        try (Target target = new Target("t", url, Optional.empty(), Optional.empty(), true)) {
            Attempt attempt = target.send(MESSAGE);
            assertThat(attempt.what()).isEqualTo(Attempt.What.RETRY);
            assertThat(attempt.detail()).isEqualTo("connection refused");
        }
    }

    @Test
    void shouldNameTheSecretFileThatIsMissing(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("secret");
        try (Target target =
                new Target("t", url("127.0.0.1"), Optional.of(new SecretFile(file)), Optional.empty(), true)) {
            assertThat(target.send(MESSAGE).detail())
                    .isEqualTo("it can't be signed: the secret file can't be read: " + file + " doesn't exist");
        }
        assertThat(new SecretFile(file).problem())
                .isEqualTo("the secret file can't be read: " + file + " doesn't exist");
    }
}
