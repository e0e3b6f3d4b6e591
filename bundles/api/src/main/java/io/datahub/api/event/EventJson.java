package io.datahub.api.event;

import io.datahub.api.json.Utf8;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * Writes events as JSON, in the format of event streams and WebSocket. It copies what is UTF-8 instead of decoding it,
 * since replays write much. Thread-safe.
 */
public final class EventJson {

    /** File events have their cursor in the payload. */
    private static final byte[] FILE = ascii("file.");

    private static final byte[] START = ascii("{\"type\":\"event\",\"topic\":\"");
    private static final byte[] USER = ascii("\",\"user\":\"");
    private static final byte[] TIME = ascii("\",\"time\":\"");
    private static final byte[] CURSOR = ascii("\",\"cursor\":\"");
    private static final byte[] DATA = ascii("\",\"data\":\"");
    private static final byte[] BASE64 = ascii("\",\"base64\":\"");
    private static final byte[] FRAMES = ascii("\",\"frames\":[\"");
    private static final byte[] NEXT_FRAME = ascii("\",\"");
    private static final byte[] END = ascii("\"}");
    private static final byte[] END_OF_FRAMES = ascii("\"]}");

    /** What isn't a control character, nor a quotation mark or backslash, needs no escape. */
    private static final byte[][] ESCAPES = escapes();

    /** Events that follow each other often have the same time. */
    private static volatile Time lastTime = new Time(0, ascii(Instant.EPOCH.toString()));

    /** A time in milliseconds since 1970, and its text. */
    private static final class Time {
        final long millis;
        final byte[] text;

        Time(long millis, byte[] text) {
            this.millis = millis;
            this.text = text;
        }
    }

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
        byte[] topic = topic(event, run);
        bytes.writeBytes(START);
        write(bytes, topic);
        if (withHubUser || !run.user().isEmpty()) {
            bytes.writeBytes(USER);
            write(bytes, run.user().getBytes(StandardCharsets.UTF_8));
        }
        bytes.writeBytes(TIME);
        bytes.writeBytes(time(run.timeMillis()));
        if (run.cursor().isPresent() && !startsWithFile(topic)) {
            bytes.writeBytes(CURSOR);
            bytes.writeBytes(ascii(run.cursor().get().toString()));
        }
        byte[] payload = bytes(event.payload());
        if (Utf8.isValid(payload)) {
            bytes.writeBytes(DATA);
            write(bytes, payload);
        } else {
            bytes.writeBytes(BASE64);
            bytes.writeBytes(Base64.getEncoder().encode(payload));
        }
        writeFrames(bytes, event.moreFrames());
    }

    private static byte[] topic(EventReader event, EventRun run) {
        byte[] topic = bytes(run.buffer().bytes().slice(event.topicStart(), event.topicEnd() - event.topicStart()));
        return Utf8.isValid(topic) ? topic : event.topic().getBytes(StandardCharsets.UTF_8);
    }

    private static boolean startsWithFile(byte[] topic) {
        return topic.length >= FILE.length && Arrays.equals(topic, 0, FILE.length, FILE, 0, FILE.length);
    }

    private static byte[] time(long millis) {
        Time last = lastTime;
        if (last.millis != millis) {
            last = new Time(millis, ascii(Instant.ofEpochMilli(millis).toString()));
            lastTime = last;
        }
        return last.text;
    }

    private static void writeFrames(ByteArrayOutputStream bytes, List<ByteBuffer> frames) {
        if (frames.isEmpty()) {
            bytes.writeBytes(END);
            return;
        }
        byte[] separator = FRAMES;
        for (ByteBuffer frame : frames) {
            bytes.writeBytes(separator);
            bytes.writeBytes(Base64.getEncoder().encode(bytes(frame)));
            separator = NEXT_FRAME;
        }
        bytes.writeBytes(END_OF_FRAMES);
    }

    /** Writes the characters of a string in UTF-8. */
    private static void write(ByteArrayOutputStream bytes, byte[] text) {
        int written = 0;
        for (int i = 0; i < text.length; i++) {
            byte[] escape = text[i] < 0 ? null : ESCAPES[text[i]];
            if (escape != null) {
                bytes.write(text, written, i - written);
                bytes.writeBytes(escape);
                written = i + 1;
            }
        }
        bytes.write(text, written, text.length - written);
    }

    private static byte[][] escapes() {
        byte[][] escapes = new byte[128][];
        for (int i = 0; i < ' '; i++) {
            escapes[i] = ascii(String.format("\\u%04X", i));
        }
        String special = "\"\\\b\t\n\f\r";
        String names = "\"\\btnfr";
        for (int i = 0; i < special.length(); i++) {
            escapes[special.charAt(i)] = ascii("\\" + names.charAt(i));
        }
        return escapes;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(buffer.position(), bytes);
        return bytes;
    }
}
