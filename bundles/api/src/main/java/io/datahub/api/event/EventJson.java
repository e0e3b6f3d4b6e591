package io.datahub.api.event;

import com.fasterxml.jackson.core.JsonGenerator;
import io.datahub.api.json.JsonText;
import io.datahub.api.json.Utf8;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;

/** Writes events as JSON, in the format of event streams and WebSocket. Thread-safe. */
public final class EventJson {

    /** File events have their cursor in the payload. */
    private static final String FILE = "file.";

    private EventJson() {}

    /**
     * Appends the current event of a reader.
     *
     * @param bytes the JSON object is appended to them in UTF-8
     * @param run the run that the reader iterates over
     * @param event the reader, after {@link EventReader#next} has returned true
     * @param withHubUser whether an event of the hub itself has a user, which is empty
     */
    public static void append(ByteArrayOutputStream bytes, EventRun run, EventReader event, boolean withHubUser) {
        JsonText.append(bytes, json -> {
            json.writeStartObject();
            json.writeStringField("type", "event");
            json.writeStringField("topic", event.topic());
            if (withHubUser || !run.user().isEmpty()) {
                json.writeStringField("user", run.user());
            }
            json.writeStringField("time", Instant.ofEpochMilli(run.timeMillis()).toString());
            if (run.cursor().isPresent() && !event.topic().startsWith(FILE)) {
                json.writeStringField("cursor", run.cursor().get().toString());
            }
            writePayload(json, bytes(event.payload()));
            writeFrames(json, event.moreFrames());
            json.writeEndObject();
        });
    }

    private static void writePayload(JsonGenerator json, byte[] payload) throws IOException {
        if (Utf8.isValid(payload)) {
            json.writeFieldName("data");
            json.writeUTF8String(payload, 0, payload.length);
        } else {
            json.writeBinaryField("base64", payload);
        }
    }

    private static void writeFrames(JsonGenerator json, List<ByteBuffer> frames) throws IOException {
        if (!frames.isEmpty()) {
            json.writeArrayFieldStart("frames");
            for (ByteBuffer frame : frames) {
                json.writeBinary(bytes(frame));
            }
            json.writeEndArray();
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(buffer.position(), bytes);
        return bytes;
    }
}
