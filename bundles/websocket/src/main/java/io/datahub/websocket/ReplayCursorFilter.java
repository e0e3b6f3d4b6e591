package io.datahub.websocket;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.datahub.api.record.Cursor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Where a replay and the live events meet: a file event up to there was replayed and must not come again. */
final class ReplayCursorFilter {

    private static final JsonFactory JSON = new JsonFactory();

    private final TopicPrefixes subscriptions;
    private final Cursor until;
    private boolean passed;

    ReplayCursorFilter(TopicPrefixes subscriptions, Cursor until) {
        this.subscriptions = subscriptions;
        this.until = until;
    }

    /** Whether the client has this live event from the replay. */
    boolean repeats(String topic, ByteBuffer payload) {
        if (passed || !topic.startsWith("file.")) {
            return false;
        }
        Cursor cursor = cursor(payload);
        if (!cursor.epoch().equals(until.epoch()) || cursor.sequence() > until.sequence()) {
            passed = true;
            return false;
        }
        return subscriptions.cover(topic);
    }

    /** Whether no later event can be a repetition, because file events come in the order of the journal. */
    boolean isPassed() {
        return passed;
    }

    /** The cursor is the id of the CloudEvent. */
    private static Cursor cursor(ByteBuffer payload) {
        try (JsonParser json = JSON.createParser(
                StandardCharsets.UTF_8.decode(payload.duplicate()).toString())) {
            json.nextToken();
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                if (name.equals("id") && value == JsonToken.VALUE_STRING) {
                    return Cursor.parse(json.getText()).get();
                }
                json.skipChildren();
            }
        } catch (IOException e) {
            throw new IllegalStateException("a file event is no CloudEvent", e);
        }
        throw new IllegalStateException("a file event has no id");
    }
}
