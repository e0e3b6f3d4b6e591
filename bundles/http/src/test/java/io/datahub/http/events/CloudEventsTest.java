package io.datahub.http.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.User;
import io.datahub.http.HttpConfiguration;
import io.datahub.test.Configurations;
import io.datahub.test.RenewingAuthenticator;
import io.datahub.test.http.TestServer;
import io.datahub.test.memory.MemoryHistory;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code POST /events} according to the CloudEvents HTTP binding. */
class CloudEventsTest {

    private static final String STRUCTURED = "application/cloudevents+json; charset=UTF-8";
    private static final String BATCH = "application/cloudevents-batch+json";
    private static final String[] BINARY = {
        "ce-specversion", "1.0", "ce-id", "7", "ce-source", "/s", "ce-type", "org.done"
    };

    private final PublishedEvents published = new PublishedEvents();
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server = new TestServer(new EventsHandler(
                published.broker,
                new MemoryHistory(),
                new RenewingAuthenticator(),
                Configurations.of(
                        HttpConfiguration.class, "maxEventBytes", 100_000, "maxIncomingEventBytes", 150_000L)));
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private static String event(String id, String type) {
        return "{ \"specversion\":\"1.0\",\"id\":\"" + id + "\",\"source\":\"/s\",\"type\":\"" + type
                + "\",\"data\":{\"specversion\":[\"ü\"]}}";
    }

    private int post(String path, String type, String body) throws Exception {
        return server.send("POST", path, body, "Content-Type", type).statusCode();
    }

    @Test
    void shouldPublishAStructuredEventUnchanged() throws Exception {
        assertThat(post("/events/build.done", STRUCTURED, " " + event("1", "t") + "\n"))
                .isEqualTo(202);
        assertThat(published.all).containsExactly("build.done=" + event("1", "t"));
    }

    @Test
    void shouldUseTheTypeAsTopicWhereThePathHasNone() throws Exception {
        assertThat(post("/events", STRUCTURED, event("1", "org.done"))).isEqualTo(202);
        assertThat(post("/events/", STRUCTURED, event("2", "org.done"))).isEqualTo(202);
        assertThat(published.all)
                .containsExactly("org.done=" + event("1", "org.done"), "org.done=" + event("2", "org.done"));
        assertThat(post("/events", "text/plain", "no CloudEvent")).isEqualTo(405);
    }

    @Test
    void shouldPublishEachEventOfABatch() throws Exception {
        assertThat(post("/events", BATCH, "[" + event("1", "a") + " , " + event("2", "b") + "]"))
                .isEqualTo(202);
        assertThat(post("/events/t", BATCH, "[" + event("3", "a") + "]")).isEqualTo(202);
        assertThat(post("/events/t", BATCH, "[]")).isEqualTo(202);
        assertThat(published.all)
                .containsExactly("a=" + event("1", "a"), "b=" + event("2", "b"), "t=" + event("3", "a"));
    }

    @Test
    void shouldPublishNothingOfABatchWithOneThatIsNotGranted() throws Exception {
        server.setUser(new User("u", Set.of(), List.of(new Grant(Action.PUBLISH, "a", "user u"))));
        assertThat(post("/events", BATCH, "[" + event("1", "a") + "," + event("2", "b") + "]"))
                .isEqualTo(403);
        assertThat(post("/events", BATCH, "[" + event("1", "a") + ",{}]")).isEqualTo(400);
        assertThat(published.all).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json | {\"a\": 1} | ,\"data\":{\"a\": 1}}",
                "application/json | 5 | ,\"data\":5}",
                "application/vnd.x+json; v=1 | [] | ,\"data\":[]}",
                "application/json | {\"a\" | ,\"data_base64\":\"eyJhIg==\"}",
                "application/json | 1 2 | ,\"data_base64\":\"MSAy\"}",
                "text/plain | ü\" | ,\"data\":\"ü\\\"\"}",
                "text/plain | '' | }",
            })
    void shouldBuildOneEventFromHeadersAndData(String type, String body, String data) throws Exception {
        assertThat(server.send(
                                "POST",
                                "/events/t",
                                body,
                                "Content-Type",
                                type,
                                "ce-specversion",
                                "1.0",
                                "CE-ID",
                                "7",
                                "ce-source",
                                "/s",
                                "ce-type",
                                "org.done",
                                "ce-subject",
                                "%C3%BC%20x")
                        .statusCode())
                .isEqualTo(202);
        assertThat(published.all)
                .containsExactly("t={\"specversion\":\"1.0\",\"datacontenttype\":\"" + type
                        + "\",\"id\":\"7\",\"source\":\"/s\",\"subject\":\"ü x\",\"type\":\"org.done\"" + data);
    }

    private String raw(byte[] headers) throws Exception {
        try (Socket socket = server.connect()) {
            socket.getOutputStream()
                    .write(
                            "POST /events/t HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\nce-specversion: 1.0\r\nce-id: 7\r\nce-type: t\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(headers);
            socket.getOutputStream().write("\r\n\r\nx".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ce-source: /s%2520x | /s%20x",
                "ce-source: /s%20x | /s%20x",
                "ce-source: /%C3%BC | /%C3%BC",
                "ce-source: /ü | /%C3%BC",
                "ce-source: /100%/x | /100%25/x",
                "ce-source: urn:a:b | urn:a:b",
                "ce-source: /s x | /s%20x",
            })
    void shouldKeepASourceAUriReference(String header, String source) throws Exception {
        assertThat(raw(header.getBytes(StandardCharsets.UTF_8))).startsWith("HTTP/1.1 202");
        assertThat(published.all.get(0)).contains("\"source\":\"" + source + "\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "100% | 100%",
                "5%-6%zz%4 | 5%-6%zz%4",
                "%41%c3%bc | Aü",
                "grün € | grün €",
                "'\"a\\\"b%20c\"' | a\"b c",
                "%2541 | %41",
            })
    void shouldDecodeHeadersOnceAndAcceptUnencodedValues(String value, String subject) throws Exception {
        assertThat(raw(("ce-source: /s\r\nce-subject: " + value).getBytes(StandardCharsets.UTF_8)))
                .startsWith("HTTP/1.1 202");
        assertThat(published.all.get(0)).contains("\"subject\":\"" + subject.replace("\"", "\\\"") + "\"");
    }

    @Test
    void shouldReportWhyHeadersAreRefused() throws Exception {
        assertThat(raw("ce-source: /s\r\nce-subject: %C0%A0".getBytes(StandardCharsets.UTF_8)))
                .startsWith("HTTP/1.1 400")
                .contains("the header ce-subject isn't valid UTF-8 after percent-decoding");
        assertThat(raw("ce-source: /s\r\nce-subject: \u00e9".getBytes(StandardCharsets.ISO_8859_1)))
                .startsWith("HTTP/1.1 400")
                .contains("the header ce-subject isn't valid UTF-8");
        assertThat(raw("ce-source: /s\r\nce-source: /t".getBytes(StandardCharsets.UTF_8)))
                .startsWith("HTTP/1.1 400")
                .contains("the header ce-source occurs twice");
        assertThat(raw("ce-source: /s\r\nContent-Type: a/b\r\nce-datacontenttype: a/c"
                        .getBytes(StandardCharsets.UTF_8)))
                .startsWith("HTTP/1.1 400")
                .contains("the header ce-datacontenttype, which is the header Content-Type, occurs twice");
        assertThat(published.all).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"data_base64\":\"****\" | data_base64 isn't Base64",
                "\"data_base64\":\"QQ\" | data_base64 isn't Base64",
                "\"data_base64\":5 | data_base64 isn't Base64",
                "\"n\":2147483648 | the attribute n must be a string, a boolean or an integer of 32 bits",
                "\"n\":-99999999999999999999 | the attribute n must be a string, a boolean or an integer of 32 bits",
                "\"n\":1,\"n\":1 | has the name 'n' twice",
                "\"source\":\"/\" | has the name 'source' twice",
                "\"time\":\"2026-11-25T18:00Z\" | time must have the form",
                "\"time\":\"2026-11-25T22:59:60Z\" | time must have the form",
                "\"dataschema\":\"/x\" | dataschema must be a URI with a scheme",
                "\"data\":1,\"data_base64\":\"\" | data or data_base64, not both",
                "\"n\":1.5 | the attribute n must be a string, a boolean or an integer",
            })
    void shouldReportWhyAStructuredEventIsRefused(String member, String reason) throws Exception {
        var answer = server.send(
                "POST",
                "/events/t",
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\"," + member + "}",
                "Content-Type",
                STRUCTURED);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains(reason);
    }

    @Test
    void shouldAcceptALeapSecondAndTheLargestNumber() throws Exception {
        String event =
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"time\":\"2016-12-31T23:59:60Z\","
                        + "\"n\":-2147483648,\"data_base64\":\"QQ==\"}";
        assertThat(post("/events/t", STRUCTURED, event)).isEqualTo(202);
        assertThat(published.all).containsExactly("t=" + event);
    }

    @Test
    void shouldRefuseHeadersThatAreNotACloudEvent() throws Exception {
        assertThat(server.send("POST", "/events/t", "x", "ce-specversion", "1.0", "ce-id", "7")
                        .statusCode())
                .isEqualTo(400);
        assertThat(server.send("POST", "/events", "x", BINARY).statusCode()).isEqualTo(202);
        assertThat(published.all).singleElement().asString().startsWith("org.done={\"specversion\":\"1.0\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/cloudevents",
                "application/cloudevents+xml",
                "application/cloudevents-batch+avro",
                "application/cloudevents-batch",
                "application/cloudevents+json; charset=utf-16"
            })
    void shouldRefuseUnsupportedFormats(String type) throws Exception {
        assertThat(post("/events/t", type, event("1", "t"))).isEqualTo(415);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "[]", "{\"specversion\":\"1.0\"}", "{", "{} {}"})
    void shouldRefuseAStructuredBodyThatIsNotACloudEvent(String body) throws Exception {
        assertThat(post("/events/t", STRUCTURED, body)).isEqualTo(400);
        assertThat(published.all).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "[5]", "[{}]", "[", "[] 5"})
    void shouldRefuseAMalformedBatch(String body) throws Exception {
        assertThat(post("/events/t", BATCH, body)).isEqualTo(400);
        assertThat(published.all).isEmpty();
    }

    @Test
    void shouldAllowAWebHookToDeliver() throws Exception {
        var answer = server.send("OPTIONS", "/events/t", "", "WebHook-Request-Origin", "ci.example.org");
        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(answer.headers().firstValue("WebHook-Allowed-Origin")).contains("ci.example.org");
        assertThat(answer.headers().firstValue("WebHook-Allowed-Rate")).contains("*");
        assertThat(server.send("OPTIONS", "/events/t", "").headers().firstValue("WebHook-Allowed-Origin"))
                .isEmpty();
    }
}
