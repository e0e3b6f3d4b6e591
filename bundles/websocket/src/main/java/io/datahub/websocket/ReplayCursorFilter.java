package io.datahub.websocket;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.datahub.api.record.Cursor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Drops live file events up to the cursor where a replay ended, because they were replayed already. */
final class ReplayCursorFilter {

    private static final JsonFactory JSON = new JsonFactory();

    private final TopicPrefixes topics;
    private final Cursor end;
    private boolean complete;

    ReplayCursorFilter(TopicPrefixes topics, Cursor end) {
        this.topics = topics;
        this.end = end;
    }

    /** Whether the client has already received this live event from the replay. */
    boolean isDuplicate(String topic, ByteBuffer payload) {
        if (complete || !topic.startsWith("file.")) {
            return false;
        }
        Cursor cursor = cursor(payload);
        if (!cursor.epoch().equals(end.epoch()) || cursor.sequence() > end.sequence()) {
            complete = true;
            return false;
        }
        return topics.matches(topic);
    }

    /** Whether no later event can be a duplicate, because file events arrive in journal order. */
    boolean isComplete() {
        return complete;
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
