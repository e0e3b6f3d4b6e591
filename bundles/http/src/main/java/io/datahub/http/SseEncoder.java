package io.datahub.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.record.Change;
import io.datahub.api.record.Cursor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Text of an event stream ({@code text/event-stream}), collected until it is taken. For one thread at a time. */
final class SseEncoder {

    private ByteArrayOutputStream text = new ByteArrayOutputStream(1024);

    boolean isEmpty() {
        return text.size() == 0;
    }

    int size() {
        return text.size();
    }

    /** Takes what was collected. */
    ByteBuffer take() {
        ByteBuffer taken = ByteBuffer.wrap(text.toByteArray());
        text = new ByteArrayOutputStream(1024);
        return taken;
    }

    void comment(String comment) {
        line(": ", comment);
        line("", "");
    }

    /** An event that came from the broker. */
    void event(EventRun run, EventReader event, Optional<Cursor> cursor) {
        data(cursor, json -> EventJson.write(json, run, event));
    }

    /** A change that came from the journal, as the event that it was. */
    void change(Change change) {
        data(Optional.of(change.cursor()), json -> EventJson.write(json, change.topic(), change.time(), change.json()));
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
        text.writeBytes((field + value).getBytes(StandardCharsets.UTF_8));
        if (content != null) {
            try (JsonGenerator json = JsonText.FACTORY.createGenerator(text)) {
                json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
                content.write(json);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        text.write('\n');
    }
}
