package io.datahub.history.segment;

import io.datahub.api.event.EventRun;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * The form of an event in a segment: length of the body and its CRC-32C, then the body: number, number of the file event
 * before it, time, length of the user's name, its name, and the event in the form of {@link EventRun}. Numbers are big
 * endian.
 */
final class KeptRecord {

    /** Length and checksum. */
    static final int HEADER = 2 * Integer.BYTES;

    /** What the body has before the user's name. */
    static final int FIXED = 3 * Long.BYTES + Short.BYTES;

    static final int SEQUENCE = Long.BYTES;
    static final int TIME = 2 * Long.BYTES;
    static final int USER_LENGTH = 3 * Long.BYTES;

    private KeptRecord() {}

    /** The length of an event's record, for a user's name in UTF-8. */
    static long length(EventRun event, byte[] user) {
        return (long) HEADER + FIXED + user.length + event.length();
    }

    static byte[] user(EventRun event) {
        return event.user().getBytes(StandardCharsets.UTF_8);
    }

    /** Writes a record at an offset of a buffer that has room for it. */
    static void write(ByteBuffer target, int at, long number, long sequence, byte[] user, EventRun event) {
        int body = FIXED + user.length + event.length();
        int start = at + HEADER;
        target.putLong(start, number);
        target.putLong(start + SEQUENCE, sequence);
        target.putLong(start + TIME, event.timeMillis());
        target.putShort(start + USER_LENGTH, (short) user.length);
        target.put(start + FIXED, user);
        target.put(start + FIXED + user.length, event.buffer().bytes(), event.start(), event.length());
        target.putInt(at, body);
        target.putInt(at + Integer.BYTES, checksum(target, start, body));
    }

    /** The CRC-32C of a part of a buffer in the heap. */
    static int checksum(ByteBuffer bytes, int start, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), bytes.arrayOffset() + start, length);
        return (int) crc.getValue();
    }
}
