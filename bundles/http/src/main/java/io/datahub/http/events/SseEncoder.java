package io.datahub.http.events;

import com.fasterxml.jackson.core.JsonGenerator;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.record.Cursor;
import io.datahub.jetty.web.JsonText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Encodes an event stream ({@code text/event-stream}) into a buffer until it is taken. Not thread-safe. */
final class SseEncoder {

    private ByteArrayOutputStream buffer = new ByteArrayOutputStream(1024);

    boolean isEmpty() {
        return buffer.size() == 0;
    }

    int size() {
        return buffer.size();
    }

    /** Returns the buffered text and empties the buffer. */
    ByteBuffer take() {
        ByteBuffer taken = ByteBuffer.wrap(buffer.toByteArray());
        buffer = new ByteArrayOutputStream(1024);
        return taken;
    }

    void comment(String comment) {
        line(": ", comment);
        line("", "");
    }

    /** Appends an event from the broker. */
    void event(EventRun run, EventReader event, Optional<Cursor> cursor) {
        data(cursor, json -> EventJson.write(json, run, event));
    }

    private void data(Optional<Cursor> cursor, JsonText.Content content) {
        cursor.ifPresent(id -> line("id: ", id.toString()));
        line("data: ", "", content);
        line("", "");
    }

    private void line(String field, String value) {
        line(field, value, null);
    }

    private void line(String field, String value, JsonText.Content content) {
        buffer.writeBytes((field + value).getBytes(StandardCharsets.UTF_8));
        if (content != null) {
            try (JsonGenerator json = JsonText.FACTORY.createGenerator(buffer)) {
                json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
                content.write(json);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        buffer.write('\n');
    }
}
