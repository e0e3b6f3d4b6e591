package io.datahub.zeromq;

import static io.datahub.zeromq.zmtp.RawPeer.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.Refusal;
import io.datahub.api.event.EventRun;
import io.datahub.api.record.Cursor;
import io.datahub.client.Credential;
import io.datahub.client.HistoryException;
import io.datahub.client.HistoryPage;
import io.datahub.client.HubClient;
import io.datahub.test.memory.MemoryHistory;
import io.datahub.zeromq.zmtp.RawPeer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests for pages of the history, and subscribers that request cursors. */
class HistoryRequestTest {

    private final Fixture hub = new Fixture();
    private final MemoryHistory history = new MemoryHistory();

    @AfterEach
    void stop() {
        hub.close();
        hub.reader.stop();
    }

    private String request(RawPeer peer, String json) throws Exception {
        peer.send(message("", "hub.history", json));
        return String.join("|", peer.message());
    }

    @Test
    void shouldAnswerWithPagesOfWhatTheUserMayReceive() throws Exception {
        hub.reader.history = history;
        history.append("ci", "build.a", "1");
        history.append("ci", "other", "2");
        EventRun last = history.append("ci", "build.b", "3");
        RawPeer peer = hub.connect("ci", "REQ");
        assertThat(request(peer, "{\"topic\":\"build.\",\"limit\":1}"))
                .startsWith("|OK|e1-")
                .contains("\"topic\":\"build.a\"", "\"cursor\":\"e1-1\"")
                .doesNotContain("build.b");
        assertThat(request(peer, "{\"topic\":[\"\"],\"since\":\"e1-1\"}"))
                .startsWith("|OK|e1-3|{")
                .contains("build.b")
                .doesNotContain("other");
        assertThat(request(peer, "{\"since\":\"e1-3\"}")).isEqualTo("|OK|e1-3");
        history.trim(last.cursor().orElseThrow());
        assertThat(request(peer, "{\"since\":\"e1-1\"}"))
                .startsWith("|ERR|410|")
                .endsWith("|e1-3");
        for (String malformed : List.of("", "x", "[]", "{\"limit\":0}", "{\"limit\":\"x\"}", "{\"since\":\"x\"}")) {
            assertThat(request(peer, malformed)).startsWith("|ERR|400|");
        }
        for (String limit : List.of("\"1\"", "1.5", "99999999999", "null", "[1]", "{\"since\":1}")) {
            assertThat(request(peer, "{\"limit\":" + limit + "}"))
                    .isEqualTo("|ERR|400|limit must be a number from 1 to 1000");
        }
        for (String topic : List.of("5", "null", "[\"a\",5]", "{\"a\":1}", "[[\"a\"]]")) {
            assertThat(request(peer, "{\"topic\":" + topic + "}"))
                    .isEqualTo("|ERR|400|topic must be a string, or an array of strings");
        }
        String many = "\"a\",".repeat(256);
        assertThat(request(peer, "{\"topic\":[" + many + "\"a\"]}")).startsWith("|ERR|400|");
        assertThat(request(peer, "{\"topic\":[" + many.substring(1020) + "\"a\"]}"))
                .startsWith("|OK|");
        history.refuse(Optional.of(Refusal.unavailable("it is away", Duration.ofSeconds(1))));
        assertThat(request(peer, "{}")).isEqualTo("|ERR|503|it is away");
        hub.reader.history = null;
        assertThat(request(peer, "{}")).startsWith("|ERR|503|");
        peer.send(message("", "build.x", "still works"));
        assertThat(peer.message()).containsExactly("", "OK");
    }

    @Test
    void shouldSendCursorsToSubscribersThatRequestThem() throws Exception {
        RawPeer plain = hub.connect("all", "SUB");
        RawPeer withCursors = hub.connect("all", "SUB");
        plain.send(new byte[] {0, 2, 1, 'b'});
        withCursors.send(new byte[] {0, 2, 1, 'b'});
        byte[] prefix = "\u0001hub.cursor".getBytes(StandardCharsets.US_ASCII);
        withCursors.send(message(new String(prefix, StandardCharsets.US_ASCII)));
        Fixture.await(() -> hub.broker.check().detail().contains("subscriptions=3"));
        hub.broker.announce(new Cursor("e", 3, 7), "build.a", "x".repeat(300).getBytes(StandardCharsets.US_ASCII));
        hub.broker.announce("build.b", new byte[] {'y'});
        assertThat(plain.message()).containsExactly("build.a", "x".repeat(300));
        assertThat(plain.message()).containsExactly("build.b", "y");
        assertThat(withCursors.message()).containsExactly("build.a", "x".repeat(300), "e-3.7");
        assertThat(withCursors.message()).containsExactly("build.b", "y");
    }

    @Test
    void shouldServeTheJavaClient() throws Exception {
        hub.reader.history = history;
        history.append("ci", "build.a", "1");
        EventRun last = history.append("ci", "build.\"b", "2");
        String address = "tcp://127.0.0.1:" + hub.zeromq.address().getPort();
        try (HubClient client = HubClient.connect(address, new Credential.Token("ci", "ci-token"))) {
            HistoryPage page = client.history("0", 1);
            assertThat(page.events()).hasSize(1).first().asString().contains("build.a");
            page = client.history(page.next(), 100, "build.\"", "other");
            assertThat(page.events()).hasSize(1).first().asString().contains("build.\\\"b");
            assertThat(client.history(page.next(), 100).events()).isEmpty();
            history.trim(last.cursor().orElseThrow());
            assertThatThrownBy(() -> client.history("e1-1", 100))
                    .isInstanceOfSatisfying(HistoryException.class, refused -> {
                        assertThat(refused.status()).isEqualTo(410);
                        assertThat(refused.oldest()).isEqualTo("e1-2");
                    });
        }
    }
}
