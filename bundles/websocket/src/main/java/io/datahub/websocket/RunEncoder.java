package io.datahub.websocket;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.eclipse.jetty.websocket.core.OpCode;

/**
 * Encodes runs of events, each once for all clients of one dialect as long as one of them still sends it: it remembers
 * recent runs by their identity, weakly, so that memory goes with the last who needs it. Two threads that come at the same
 * moment may both encode. For any thread.
 */
final class RunEncoder {

    private static final JsonFactory JSON = new JsonFactory();
    private static final int SLOTS = 256;

    private final Dialect dialect;
    private final AtomicReferenceArray<WeakReference<EncodedRun>> recent = new AtomicReferenceArray<>(SLOTS);

    RunEncoder(Dialect dialect) {
        this.dialect = dialect;
    }

    /** The run in the form of the dialect; the caller holds its buffer. */
    EncodedRun encode(EventRun run) {
        int slot = System.identityHashCode(run) & (SLOTS - 1);
        WeakReference<EncodedRun> reference = recent.get(slot);
        EncodedRun known = reference == null ? null : reference.get();
        if (known != null && known.run() == run) {
            return known;
        }
        EncodedRun encoded = encodeAlone(run);
        recent.set(slot, new WeakReference<>(encoded));
        return encoded;
    }

    /** The run in the form of the dialect, for one client. */
    EncodedRun encodeAlone(EventRun run) {
        return dialect == Dialect.BINARY ? binary(run) : json(run);
    }

    private static EncodedRun binary(EventRun run) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(run.length());
        int[] ends = new int[run.count()];
        EventReader reader = new EventReader(run);
        for (int i = 0; reader.next(); i++) {
            out.writeBytes(reader.topic().getBytes(StandardCharsets.UTF_8));
            out.write(0);
            out.writeBytes(bytes(reader.payload()));
            ends[i] = out.size();
        }
        return new EncodedRun(run, out.toByteArray(), ends, OpCode.BINARY);
    }

    private static EncodedRun json(EventRun run) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(run.length() + 128 * run.count());
        int[] ends = new int[run.count()];
        String time = Instant.ofEpochMilli(run.timeMillis()).toString();
        EventReader reader = new EventReader(run);
        try {
            for (int i = 0; reader.next(); i++) {
                event(out, reader.topic(), run.user(), time, bytes(reader.payload()), reader.moreFrames());
                ends[i] = out.size();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new EncodedRun(run, out.toByteArray(), ends, OpCode.TEXT);
    }

    /** Writes one event as JSON. The hub itself has no name, so its events have no user. */
    static void event(
            ByteArrayOutputStream out, String topic, String user, String time, byte[] payload, List<ByteBuffer> more)
            throws IOException {
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("type", "event");
            json.writeStringField("topic", topic);
            if (!user.isEmpty()) {
                json.writeStringField("user", user);
            }
            json.writeStringField("time", time);
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

    private static byte[] bytes(ByteBuffer view) {
        byte[] bytes = new byte[view.remaining()];
        view.get(view.position(), bytes);
        return bytes;
    }
}
