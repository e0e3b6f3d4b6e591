package io.datahub.http.events;

import io.datahub.api.event.EventJson;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Encodes an event stream ({@code text/event-stream}) into a buffer until it is taken. Not thread-safe. */
final class SseEncoder {

    /** Of all event streams: what is sent of an event doesn't depend on the receiver. */
    private static final EncodedEvents ENCODED = new EncodedEvents();

    private static final byte[] DATA = utf8("data: ");
    private static final byte[] END = utf8("\n\n");

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
        buffer.writeBytes(ENCODED.of(run, SseEncoder::encode));
    }

    private static byte[] encode(EventRun run) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(run.length() + 256);
        run.cursor().ifPresent(cursor -> bytes.writeBytes(utf8("id: " + cursor + "\n")));
        for (EventReader event = new EventReader(run); event.next(); ) {
            bytes.writeBytes(DATA);
            EventJson.append(bytes, run, event, true);
            bytes.writeBytes(END);
        }
        return bytes.toByteArray();
    }

    private void line(String field, String value) {
        buffer.writeBytes(utf8(field + value + "\n"));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
