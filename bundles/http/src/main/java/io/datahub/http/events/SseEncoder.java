package io.datahub.http.events;

import io.datahub.api.event.EventJson;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

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

    /** Appends events; one with a cursor has it as its id. */
    void events(EventRun run) {
        run.cursor().ifPresent(cursor -> line("id: ", cursor.toString()));
        for (EventReader event = new EventReader(run); event.next(); ) {
            append("data: ");
            EventJson.append(buffer, run, event, true);
            append("\n\n");
        }
    }

    private void line(String field, String value) {
        append(field + value + "\n");
    }

    private void append(String text) {
        buffer.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }
}
