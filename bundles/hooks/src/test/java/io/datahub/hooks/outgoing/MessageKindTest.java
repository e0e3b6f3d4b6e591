package io.datahub.hooks.outgoing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.record.Cursor;
import io.datahub.hooks.feed.FeedEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class MessageKindTest {

    private static final String CD_EVENT = "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/ci\",\"type\":"
            + "\"dev.cdevents.pipelinerun.finished.0.3.0\",\"subject\":\"a<b/1\",\"datacontenttype\":\"application/json\","
            + "\"data\":{\"subject\":{\"content\":{\"outcome\":\"failure\",\"uri\":\"https://ci/1\"}},\"more\":[1,{}]}}";

    private static FeedEvent event(String payload, Cursor cursor) {
        return new FeedEvent(
                "a.b", payload.getBytes(StandardCharsets.UTF_8), "ann", Instant.EPOCH, Optional.ofNullable(cursor));
    }

    private static String body(String kind, String payload) {
        return new String(
                MessageKind.of(kind).message("w", event(payload, null)).body(), StandardCharsets.UTF_8);
    }

    @Test
    void shouldSendCloudEventsAsTheyAreAndWrapOthers() {
        assertThat(body("standard", CD_EVENT)).isEqualTo(CD_EVENT);
        assertThat(body("structured", "text \u00fc"))
                .contains(
                        "\"type\":\"io.datahub.event\"",
                        "\"subject\":\"a.b\"",
                        "\"data\":\"text \u00fc\"",
                        "\"user\":\"ann\"");
    }

    @Test
    void shouldSendAttributesAsHeaders() {
        Message message = MessageKind.of("binary").message("w", event(CD_EVENT, null));
        assertThat(message.headers())
                .containsEntry("ce-subject", "a<b/1")
                .containsEntry("ce-specversion", "1.0")
                .containsEntry("Content-Type", "application/json")
                .doesNotContainKey("ce-datacontenttype");
        assertThat(new String(message.body(), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"subject\":{\"content\":{\"outcome\":\"failure\",\"uri\":\"https://ci/1\"}},\"more\":[1,{}]}");
        assertThat(body("binary", "text")).isEqualTo("text");
        assertThat(body("binary", CD_EVENT.replaceFirst("\"data\":.*", "\"data_base64\":\"aGk=\"}")))
                .isEqualTo("hi");
        assertThat(body("binary", CD_EVENT.replaceFirst("\"data\":.*", "\"data\":\"hi\"}")))
                .isEqualTo("\"hi\"");
        assertThat(body("binary", CD_EVENT.replaceFirst(",\"data\":.*", "}"))).isEmpty();
    }

    @Test
    void shouldSendAttributesThatAreTooLargeForHeadersInTheBody() {
        String large = CD_EVENT.replace("a<b/1", "\u00fc".repeat(2_000));
        Message message = MessageKind.BINARY.message("w", event(large, null));
        assertThat(message.headers())
                .isEqualTo(
                        MessageKind.STRUCTURED.message("w", event(large, null)).headers());
        assertThat(new String(message.body(), StandardCharsets.UTF_8)).isEqualTo(large);
    }

    @Test
    void shouldWriteALineForPeople() {
        assertThat(body("slack", CD_EVENT))
                .isEqualTo("{\"text\":\"pipelinerun a&lt;b/1 finished FAILURE https://ci/1\"}");
        assertThat(body("mattermost", CD_EVENT)).isEqualTo(body("slack", CD_EVENT));
        assertThat(body("teams", CD_EVENT))
                .contains("\"text\":\"pipelinerun a<b/1 finished FAILURE https://ci/1\"", "AdaptiveCard");
        assertThatThrownBy(() -> MessageKind.of("pigeon")).hasMessageContaining("kind must be");
    }

    @Test
    void shouldGiveAnEventTheSameIdWheneverItIsSent() {
        MessageKind kind = MessageKind.STRUCTURED;
        Cursor first = new Cursor("e", 1);
        String id = kind.message("w", event("x", first)).id();
        assertThat(kind.message("w", event("x", first)).id()).isEqualTo(id);
        assertThat(kind.message("w", event("x", new Cursor("e", 2))).id()).isNotEqualTo(id);
        assertThat(kind.message("other", event("x", first)).id()).isNotEqualTo(id);
        assertThat(kind.message("w", event("x", null)).id())
                .as("equal events that aren't kept")
                .isNotEqualTo(kind.message("w", event("x", null)).id());
    }

    @Test
    void shouldStoreMessages() throws IOException {
        Message message = MessageKind.BINARY.message("w", event(CD_EVENT, null));
        Message read = Message.of(message.toBytes());
        assertThat(read).usingRecursiveComparison().isEqualTo(message);
    }

    @Test
    void shouldTellMessagesThatAreRefusedFromTargetsThatFail() {
        for (int status : new int[] {400, 413, 422}) {
            assertThat(Attempt.answered(status, Duration.ZERO).what()).isEqualTo(Attempt.What.REFUSED);
        }
        for (int status : new int[] {301, 307, 401, 403, 404, 408, 429, 500, 503}) {
            assertThat(Attempt.answered(status, Duration.ZERO).what()).isEqualTo(Attempt.What.RETRY);
        }
        assertThat(Attempt.answered(202, Duration.ZERO).what()).isEqualTo(Attempt.What.DELIVERED);
        assertThat(Attempt.answered(410, Duration.ZERO).what()).isEqualTo(Attempt.What.GONE);
    }

    @Test
    void shouldWaitLongerEachTime() {
        Backoff backoff = new Backoff(RandomGenerator.getDefault());
        for (int attempts = 1; attempts < 100; attempts++) {
            long whole = Math.min(60_000, 1_000L << Math.min(20, attempts - 1));
            assertThat(backoff.after(attempts, Duration.ZERO))
                    .isBetween(Duration.ofMillis(whole / 2), Duration.ofMillis(whole));
        }
        assertThat(backoff.after(1, Duration.ofMinutes(5))).isEqualTo(Duration.ofMinutes(5));
    }
}
