package io.datahub.websocket;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.datahub.api.event.CloudEvent;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/** Writes events as each dialect has them. The hub itself has no name, so its events have no user. */
final class EventText {

    /** The source of the CloudEvents that the gateway makes. */
    static final String SOURCE = "/events";

    private static final JsonFactory JSON = new JsonFactory();

    private EventText() {}

    static void binary(ByteArrayOutputStream out, EventReader event) {
        out.writeBytes(event.topic().getBytes(StandardCharsets.UTF_8));
        out.write(0);
        out.writeBytes(bytes(event.payload()));
    }

    static void json(ByteArrayOutputStream out, EventRun run, EventReader event) throws IOException {
        byte[] payload = bytes(event.payload());
        List<ByteBuffer> more = event.moreFrames();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("type", "event");
            json.writeStringField("topic", event.topic());
            writeOrigin(json, run);
            if (Utf8.isValid(payload)) {
                json.writeFieldName("data");
                json.writeUTF8String(payload, 0, payload.length);
            } else {
                json.writeBinaryField("base64", payload);
            }
            if (!more.isEmpty()) {
                json.writeArrayFieldStart("frames");
                for (ByteBuffer frame : more) {
                    json.writeBinary(bytes(frame));
                }
                json.writeEndArray();
            }
            json.writeEndObject();
        }
    }

    /** A payload that is a CloudEvent stays as it is; any other becomes the data of one, which has the topic as subject. */
    static void cloudEvent(ByteArrayOutputStream out, EventRun run, EventReader event) throws IOException {
        byte[] payload = bytes(event.payload());
        if (CloudEventJsonReader.isCloudEvent(payload)) {
            out.writeBytes(payload);
            return;
        }
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("specversion", "1.0");
            json.writeStringField("id", id(run, event));
            json.writeStringField("source", SOURCE);
            json.writeStringField("type", CloudEvent.WRAPPED);
            json.writeStringField("subject", event.topic());
            writeOrigin(json, run);
            if (Utf8.isValid(payload)) {
                json.writeStringField("datacontenttype", "text/plain");
                json.writeFieldName("data");
                json.writeUTF8String(payload, 0, payload.length);
            } else {
                json.writeStringField("datacontenttype", "application/octet-stream");
                json.writeBinaryField("data_base64", payload);
            }
            json.writeEndObject();
        }
    }

    /** The same for everybody who gets it at that time, and for no other event: when it came, and where it lies in memory. */
    private static String id(EventRun run, EventReader event) {
        return Long.toString(run.timeMillis(), Character.MAX_RADIX)
                + "-"
                + Integer.toString(System.identityHashCode(run.buffer()), Character.MAX_RADIX)
                + "-"
                + Integer.toString(event.start(), Character.MAX_RADIX);
    }

    private static void writeOrigin(JsonGenerator json, EventRun run) throws IOException {
        if (!run.user().isEmpty()) {
            json.writeStringField("user", run.user());
        }
        json.writeStringField("time", Instant.ofEpochMilli(run.timeMillis()).toString());
    }

    private static byte[] bytes(ByteBuffer view) {
        byte[] bytes = new byte[view.remaining()];
        view.get(view.position(), bytes);
        return bytes;
    }
}
