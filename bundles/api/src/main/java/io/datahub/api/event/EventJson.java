package io.datahub.api.event;

import io.datahub.api.json.ByteBuilder;
import io.datahub.api.json.Utf8;
import io.datahub.api.record.Cursor;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

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

    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long ONES = 0x0101010101010101L;
    private static final long SIGNS = 0x8080808080808080L;

    /** Events that follow each other often have the same second. */
    private static volatile Second lastSecond = new Second(0);

    /** A second since 1970, and the text of its time without a zone. */
    private static final class Second {
        final long number;
        final byte[] text;

        Second(long number) {
            this.number = number;
            String time = Instant.ofEpochSecond(number).toString();
            text = ascii(time.substring(0, time.length() - 1));
        }
    }

    /** Events that follow each other often have the same user, too. */
    private static volatile LastUser lastUser = new LastUser("");

    /** A name, and its bytes in UTF-8. */
    private static final class LastUser {
        final String name;
        final byte[] text;

        LastUser(String name) {
            this.name = name;
            text = name.getBytes(StandardCharsets.UTF_8);
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
    public static void append(ByteBuilder bytes, EventRun run, EventReader event, boolean withHubUser) {
        ByteBuffer source = run.buffer().bytes();
        bytes.write(START);
        writeTopic(bytes, source, event);
        if (withHubUser || !run.user().isEmpty()) {
            bytes.write(USER);
            writeUser(bytes, run.user());
        }
        bytes.write(TIME);
        writeTime(bytes, run.timeMillis());
        Optional<Cursor> cursor = run.cursor();
        if (cursor.isPresent() && !EventReader.startsWith(source, event.topicStart(), event.topicEnd(), FILE)) {
            bytes.write(CURSOR);
            cursor.get().write(bytes);
        }
        writePayload(bytes, source, event.payloadStart(), event.payloadEnd());
        writeFrames(bytes, event.moreFrames());
    }

    private static void writeTopic(ByteBuilder bytes, ByteBuffer source, EventReader event) {
        if (!writePlain(bytes, source, event.topicStart(), event.topicEnd())) {
            writeEscaped(bytes, event.topic().getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void writeUser(ByteBuilder bytes, String name) {
        LastUser last = lastUser;
        if (!last.name.equals(name)) {
            last = new LastUser(name);
            lastUser = last;
        }
        writeEscaped(bytes, last.text);
    }

    private static void writeTime(ByteBuilder bytes, long millis) {
        long second = Math.floorDiv(millis, 1_000);
        Second last = lastSecond;
        if (last.number != second) {
            last = new Second(second);
            lastSecond = last;
        }
        bytes.write(last.text);
        int rest = (int) Math.floorMod(millis, 1_000L);
        if (rest > 0) {
            bytes.write('.');
            bytes.write('0' + rest / 100);
            bytes.write('0' + rest / 10 % 10);
            bytes.write('0' + rest % 10);
        }
        bytes.write('Z');
    }

    private static void writePayload(ByteBuilder bytes, ByteBuffer source, int start, int end) {
        int before = bytes.size();
        bytes.write(DATA);
        if (!writePlain(bytes, source, start, end)) {
            byte[] payload = new byte[end - start];
            source.get(start, payload);
            if (Utf8.isValid(payload)) {
                writeEscaped(bytes, payload);
            } else {
                bytes.truncate(before);
                bytes.write(BASE64);
                bytes.write(Base64.getEncoder().encode(payload));
            }
        }
    }

    private static void writeFrames(ByteBuilder bytes, List<ByteBuffer> frames) {
        if (frames.isEmpty()) {
            bytes.write(END);
            return;
        }
        byte[] separator = FRAMES;
        for (ByteBuffer frame : frames) {
            bytes.write(separator);
            byte[] content = new byte[frame.remaining()];
            frame.get(frame.position(), content);
            bytes.write(Base64.getEncoder().encode(content));
            separator = NEXT_FRAME;
        }
        bytes.write(END_OF_FRAMES);
    }

    /** Writes bytes that are ASCII without anything to escape, which most are; false, and nothing is written, if they aren't. */
    private static boolean writePlain(ByteBuilder bytes, ByteBuffer source, int start, int end) {
        int before = bytes.size();
        bytes.write(source, start, end);
        boolean isPlain = isPlain(bytes.array(), before, bytes.size());
        if (!isPlain) {
            bytes.truncate(before);
        }
        return isPlain;
    }

    private static boolean isPlain(byte[] text, int start, int end) {
        int i = start;
        for (; i + Long.BYTES <= end; i += Long.BYTES) {
            long eight = (long) EIGHT.get(text, i);
            long special = eight | less(eight, ' ') | less(eight ^ ('"' * ONES), 1) | less(eight ^ ('\\' * ONES), 1);
            if ((special & SIGNS) != 0) {
                return false;
            }
        }
        for (; i < end; i++) {
            if (text[i] < ' ' || text[i] == '"' || text[i] == '\\') {
                return false;
            }
        }
        return true;
    }

    /** Has the sign bit of a byte set if any byte up to it is less than a bound of at most 128; without one, none is. */
    private static long less(long eight, int bound) {
        return (eight - bound * ONES) & ~eight;
    }

    /** Writes the characters of a string in UTF-8. */
    private static void writeEscaped(ByteBuilder bytes, byte[] text) {
        int written = 0;
        for (int i = 0; i < text.length; i++) {
            byte[] escape = text[i] < 0 ? null : ESCAPES[text[i]];
            if (escape != null) {
                bytes.write(text, written, i - written);
                bytes.write(escape);
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
}
