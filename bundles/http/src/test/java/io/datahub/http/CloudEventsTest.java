package io.datahub.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.User;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code POST /events} as the CloudEvents HTTP binding has it. */
class CloudEventsTest {

    private static final String STRUCTURED = "application/cloudevents+json; charset=UTF-8";
    private static final String BATCH = "application/cloudevents-batch+json";
    private static final String[] BINARY = {
        "ce-specversion", "1.0", "ce-id", "7", "ce-source", "/s", "ce-type", "org.done"
    };

    private final FakeBroker broker = new FakeBroker();
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server = new TestServer(new EventsHandler(
                broker, new FakeJournal(), Settings.with("maxEventBytes", 100_000, "maxIncomingEventBytes", 150_000L)));
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
    void shouldPublishAStructuredEventAsItIs() throws Exception {
        assertThat(post("/events/build.done", STRUCTURED, " " + event("1", "t") + "\n"))
                .isEqualTo(202);
        assertThat(broker.published).containsExactly("build.done=" + event("1", "t"));
    }

    @Test
    void shouldUseTheTypeAsTopicWhereThePathHasNone() throws Exception {
        assertThat(post("/events", STRUCTURED, event("1", "org.done"))).isEqualTo(202);
        assertThat(post("/events/", STRUCTURED, event("2", "org.done"))).isEqualTo(202);
        assertThat(broker.published)
                .containsExactly("org.done=" + event("1", "org.done"), "org.done=" + event("2", "org.done"));
        assertThat(post("/events", "text/plain", "no CloudEvent")).isEqualTo(405);
    }

    @Test
    void shouldPublishEachEventOfABatch() throws Exception {
        assertThat(post("/events", BATCH, "[" + event("1", "a") + " , " + event("2", "b") + "]"))
                .isEqualTo(202);
        assertThat(post("/events/t", BATCH, "[" + event("3", "a") + "]")).isEqualTo(202);
        assertThat(post("/events/t", BATCH, "[]")).isEqualTo(202);
        assertThat(broker.published)
                .containsExactly("a=" + event("1", "a"), "b=" + event("2", "b"), "t=" + event("3", "a"));
    }

    @Test
    void shouldPublishNothingOfABatchWithOneThatIsNotGranted() throws Exception {
        server.setUser(new User("u", Set.of(), List.of(new Grant(Action.PUBLISH, "a", "user u"))));
        assertThat(post("/events", BATCH, "[" + event("1", "a") + "," + event("2", "b") + "]"))
                .isEqualTo(403);
        assertThat(post("/events", BATCH, "[" + event("1", "a") + ",{}]")).isEqualTo(400);
        assertThat(broker.published).isEmpty();
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
    void shouldMakeOneEventOfHeadersAndData(String type, String body, String data) throws Exception {
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
        assertThat(broker.published)
                .containsExactly("t={\"specversion\":\"1.0\",\"datacontenttype\":\"" + type
                        + "\",\"id\":\"7\",\"source\":\"/s\",\"subject\":\"ü x\",\"type\":\"org.done\"" + data);
    }

    @Test
    void shouldRefuseHeadersThatAreNoCloudEvent() throws Exception {
        assertThat(server.send("POST", "/events/t", "x", "ce-specversion", "1.0", "ce-id", "7")
                        .statusCode())
                .isEqualTo(400);
        assertThat(server.send("POST", "/events", "x", BINARY).statusCode()).isEqualTo(202);
        assertThat(broker.published).singleElement().asString().startsWith("org.done={\"specversion\":\"1.0\"");
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
    void shouldRefuseFormatsThatItDoesNotKnow(String type) throws Exception {
        assertThat(post("/events/t", type, event("1", "t"))).isEqualTo(415);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "[]", "{\"specversion\":\"1.0\"}", "{", "{} {}"})
    void shouldRefuseAStructuredBodyThatIsNoCloudEvent(String body) throws Exception {
        assertThat(post("/events/t", STRUCTURED, body)).isEqualTo(400);
        assertThat(broker.published).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "[5]", "[{}]", "[", "[] 5"})
    void shouldRefuseABatchThatIsNone(String body) throws Exception {
        assertThat(post("/events/t", BATCH, body)).isEqualTo(400);
        assertThat(broker.published).isEmpty();
    }

    @Test
    void shouldTellAWebHookThatItMayDeliver() throws Exception {
        var answer = server.send("OPTIONS", "/events/t", "", "WebHook-Request-Origin", "ci.example.org");
        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(answer.headers().firstValue("WebHook-Allowed-Origin")).contains("ci.example.org");
        assertThat(answer.headers().firstValue("WebHook-Allowed-Rate")).contains("*");
        assertThat(server.send("OPTIONS", "/events/t", "").headers().firstValue("WebHook-Allowed-Origin"))
                .isEmpty();
    }
}
