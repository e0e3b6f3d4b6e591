package io.datahub.http.events;

import io.datahub.api.event.EventJson;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.json.ByteBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Encodes an event stream ({@code text/event-stream}) into a buffer until it is taken. Not thread-safe. */
final class SseEncoder {

    /** Of all event streams: what is sent of an event doesn't depend on the receiver. */
    private static final EncodedEvents ENCODED = new EncodedEvents();

    private static final byte[] ID = utf8("id: ");
    private static final byte[] DATA = utf8("data: ");
    private static final byte[] END = utf8("\n\n");

    private ByteBuilder buffer = new ByteBuilder(1024);

    boolean isEmpty() {
        return buffer.size() == 0;
    }

    int size() {
        return buffer.size();
    }

    /** Returns the buffered text and empties the buffer. */
    ByteBuffer take() {
        ByteBuffer taken = ByteBuffer.wrap(buffer.array(), 0, buffer.size());
        buffer = new ByteBuilder(1024);
        return taken;
    }

    void comment(String comment) {
        line(": ", comment);
        line("", "");
    }

    /** Appends events that other streams may have as well; one with a cursor has it as its id. */
    void events(EventRun run) {
        buffer.write(ENCODED.of(run, SseEncoder::encode));
    }

    private static byte[] encode(EventRun run) {
        ByteBuilder bytes = new ByteBuilder(run.length() + 256);
        encode(run, bytes);
        return bytes.toByteArray();
    }

    /** Appends events that only this stream has. */
    void pastEvents(EventRun run) {
        encode(run, buffer);
    }

    private static void encode(EventRun run, ByteBuilder bytes) {
        if (run.cursor().isPresent()) {
            bytes.write(ID);
            run.cursor().get().write(bytes);
            bytes.write('\n');
        }
        for (EventReader event = new EventReader(run); event.next(); ) {
            bytes.write(DATA);
            EventJson.append(bytes, run, event, true);
            bytes.write(END);
        }
    }

    private void line(String field, String value) {
        buffer.write(field + value + "\n");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
