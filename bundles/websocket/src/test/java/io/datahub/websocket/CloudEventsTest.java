package io.datahub.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The subprotocol {@code cloudevents.json}. */
class CloudEventsTest {

    private static final String OFFER = "Sec-WebSocket-Protocol: cloudevents.avro, cloudevents.json";

    private RunningGateway gateway;

    @BeforeEach
    void start() throws Exception {
        gateway = new RunningGateway();
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private RawClient connect(String query) throws Exception {
        int before = subscriptions();
        RawClient client = RawClient.withQuery(gateway.port, query, "Authorization: Test ann", OFFER);
        assertThat(client.headers()).contains("Sec-WebSocket-Protocol: cloudevents.json");
        await().until(() -> subscriptions() > before);
        return client;
    }

    private int subscriptions() {
        return gateway.broker.sessions().stream()
                .mapToInt(session -> session.subscriptions())
                .sum();
    }

    @Test
    void shouldSendOnlyCloudEvents() throws Exception {
        String event = "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"data\":[1]}";
        try (RawClient client = connect("topic=build.&topic=x.")) {
            gateway.broker.send("u", 1, utf8("other.done"), utf8(event));
            gateway.broker.send("u", 1, utf8("build.done"), utf8(event));
            RawClient.Frame frame = client.next();
            assertThat(frame.opCode()).isEqualTo(RawClient.TEXT);
            assertThat(frame.text()).isEqualTo(event);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"n\":2147483648|attribute n must be a string, a boolean or an integer of 32 bits",
                "\"data_base64\":\"QQ\"|data_base64 isn't Base64",
                "\"n\":1,\"n\":1|has the name 'n' twice",
                "\"time\":\"2026-11-25T18:00Z\"|time must have the form",
            })
    void shouldIncludeTheIdInTheRefusalOfACloudEvent(String member, String reason) throws Exception {
        try (RawClient client = connect("")) {
            client.send("{\"specversion\":\"1.0\",\"id\":\"7\",\"source\":\"/s\",\"type\":\"build.x\"}");
            client.text();
            client.send("{\"specversion\":\"1.0\"," + member + ",\"id\":\"8\",\"source\":\"/s\",\"type\":\"build.x\"}");
            assertThat(client.text())
                    .contains("\"type\":\"io.datahub.error\"", "\"id\":\"8\"", "\"status\":400", reason);
        }
    }

    @Test
    void shouldWrapOtherPayloadsWithTheTopicAsSubject() throws Exception {
        try (RawClient client = connect("")) {
            gateway.broker.send("jenkins", 0, utf8("build.done"), utf8("all \"green\""));
            assertThat(client.text())
                    .startsWith("{\"specversion\":\"1.0\",\"id\":\"")
                    .endsWith("\",\"source\":\"/events\",\"type\":\"io.datahub.event\",\"subject\":\"build.done\","
                            + "\"user\":\"jenkins\",\"time\":\"1970-01-01T00:00:00Z\","
                            + "\"datacontenttype\":\"text/plain\",\"data\":\"all \\\"green\\\"\"}");
            gateway.broker.send("", 0, utf8("build.done"), new byte[] {(byte) 0xff});
            assertThat(client.text())
                    .contains("\"datacontenttype\":\"application/octet-stream\",\"data_base64\":\"/w==\"")
                    .doesNotContain("user");
        }
    }

    @Test
    void shouldGiveEachWrappedEventAUniqueIdSharedByAllReceivers() throws Exception {
        try (RawClient one = connect("");
                RawClient two = connect("")) {
            gateway.broker.send("u", 0, utf8("t"), utf8("same"));
            gateway.broker.send("u", 0, utf8("t"), utf8("same"));
            String first = one.text();
            assertThat(two.text()).isEqualTo(first);
            assertThat(one.text()).isNotEqualTo(first);
        }
    }

    @Test
    void shouldPublishACloudEventWithItsTypeAsTopic() throws Exception {
        String event = "{\"specversion\":\"1.0\",\"id\":\"7\",\"source\":\"/s\",\"type\":\"build.done\"}";
        String wrapped = "{\"specversion\":\"1.0\",\"id\":\"8\",\"source\":\"/s\",\"type\":\"io.datahub.event\","
                + "\"subject\":\"build.wrapped\"}";
        try (RawClient client = connect("topic=build.");
                RawClient other = gateway.connect("ann")) {
            other.send("{\"type\":\"subscribe\",\"topics\":[\"build.\"],\"id\":1}");
            other.text();
            client.send(event);
            client.send(wrapped);
            assertThat(client.text()).isEqualTo(event);
            assertThat(client.text()).isEqualTo(wrapped);
            assertThat(other.text()).contains("\"topic\":\"build.done\"");
            assertThat(other.text()).contains("\"topic\":\"build.wrapped\"");
        }
    }

    @Test
    void shouldReportErrorsAsCloudEvents() throws Exception {
        try (RawClient client = connect("topic=build.")) {
            client.send("{\"specversion\":\"1.0\",\"id\":\"7\",\"source\":\"/s\",\"type\":\"secret.done\"}");
            assertThat(client.text())
                    .contains(
                            "\"specversion\":\"1.0\"", "\"type\":\"io.datahub.error\"", "\"id\":\"7\",\"status\":403");
            client.send("{\"type\":\"subscribe\",\"topics\":[\"\"],\"id\":1}");
            assertThat(client.text()).contains("io.datahub.error", "\"status\":400");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{\"specversion\":\"1.0\",\"id\":\"7\",\"source\":\"/s\"}",
                "{\"specversion\":\"1.0\",\"id\":\"7\",\"source\":\"/s\",\"type\":\"build.a\"} ,",
                "{\"specversion\":\"1.0\",\"id\":\"7\",\"source\":\"/s\",\"type\":\"build.a\",\"x\":{}}",
                "{\"specversion\":\"1.0\",\"id\":\"7\",\"source\":\"/s\",\"type\":\"build.a\",\"x\":99999999999}",
                "{\"specversion\":\"1.0\",\"id\":\"7\",\"source\":\"/s\",\"type\":\"build.a\",\"data_base64\":1}",
                "{\"specversion\":\"1.0\",\"id\":\"7\",\"source\":\"/s\",\"type\":\"build.a\",\"data\":1,\"data_base64\":\"\"}",
                "{\"specversion\":\"1.0\",\"id\":\"7\",\"id\":\"8\",\"source\":\"/s\",\"type\":\"build.a\"}"
            })
    void shouldRefuseOtherMessages(String message) throws Exception {
        try (RawClient client = connect("topic=build.")) {
            client.send(message);
            assertThat(client.text()).contains("io.datahub.error", "\"status\":400");
        }
    }

    @Test
    void shouldAcceptAnAuthMessageFirst() throws Exception {
        try (RawClient client = RawClient.withQuery(gateway.port, "topic=build.", OFFER)) {
            client.send("{\"type\":\"auth\",\"token\":\"token-of-ann\"}");
            client.send("{\"specversion\":\"1.0\",\"id\":\"7\",\"source\":\"/s\",\"type\":\"build.a\"}");
            assertThat(client.text()).contains("\"type\":\"build.a\"");
        }
        try (RawClient client = RawClient.withQuery(gateway.port, "topic=build.", OFFER)) {
            client.send("{\"specversion\":\"1.0\",\"id\":\"7\",\"source\":\"/s\",\"type\":\"build.a\"}");
            assertThat(client.closeCode()).isEqualTo(1008);
        }
    }

    @Test
    void shouldReplayFileEventsSinceACursor() throws Exception {
        gateway.files.create("open/a");
        gateway.files.create("open/b");
        try (RawClient client = connect("topic=file.&since=0")) {
            assertThat(client.text()).contains("open/a");
            assertThat(client.text()).contains("open/b");
            gateway.files.create("open/c");
            assertThat(client.text()).contains("open/c");
        }
        try (RawClient client =
                RawClient.withQuery(gateway.port, "since=yesterday", "Authorization: Test ann", OFFER)) {
            assertThat(client.status()).isEqualTo(400);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
