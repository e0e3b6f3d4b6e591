package io.datahub.http.events;

import com.fasterxml.jackson.core.JsonGenerator;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/** Writes an event as JSON, in the same format as WebSocket. */
final class EventJson {

    private EventJson() {}

    /** Writes the current event of a reader over this run. */
    static void write(JsonGenerator json, EventRun run, EventReader event) throws IOException {
        begin(json, event.topic(), run.user(), Instant.ofEpochMilli(run.timeMillis()));
        writePayload(json, event.payload());
        List<ByteBuffer> more = event.moreFrames();
        if (!more.isEmpty()) {
            json.writeArrayFieldStart("frames");
            for (ByteBuffer frame : more) {
                json.writeBinary(bytes(frame));
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private static void begin(JsonGenerator json, String topic, String user, Instant time) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", "event");
        json.writeStringField("topic", topic);
        json.writeStringField("user", user);
        json.writeStringField("time", time.toString());
    }

    private static void writePayload(JsonGenerator json, ByteBuffer payload) throws IOException {
        try {
            json.writeStringField(
                    "data",
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(payload.duplicate())
                            .toString());
        } catch (CharacterCodingException e) {
            json.writeFieldName("base64");
            json.writeBinary(bytes(payload));
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
