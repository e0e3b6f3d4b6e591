package io.datahub.nats.wire;

import io.datahub.api.event.EventRun;
import io.datahub.api.event.SharedBuffer;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * The head of consecutive events of one publisher: user, time, number of events and of bytes, which follow it.
 */
public final class Group {

    private Group() {}

    /** The number of bytes of a head for this user, in UTF-8. */
    public static int size(byte[] user) {
        return Wire.size(user) + Long.BYTES + 2 * Integer.BYTES;
    }

    /** Writes a head at the buffer's position, without count and length. */
    public static void write(ByteBuffer message, byte[] user, long timeMillis) {
        Wire.put(message, user);
        message.putLong(timeMillis).putInt(0).putInt(0);
    }

    /** Completes the head that ends at an offset. */
    public static void complete(ByteBuffer message, int end, int count, int length) {
        message.putInt(end - 2 * Integer.BYTES, count).putInt(end - Integer.BYTES, length);
    }

    /**
     * Reads a group, whose events stay where they are in the message.
     *
     * @param message at the start of a group; afterwards behind it
     * @param shared the same message
     */
    public static EventRun read(ByteBuffer message, SharedBuffer shared) throws MalformedMessageException {
        try {
            String user = Wire.string(message);
            long timeMillis = message.getLong();
            int count = message.getInt();
            int length = message.getInt();
            if (length < 0 || length > message.remaining()) {
                throw new MalformedMessageException("a group of " + length + " bytes doesn't fit into it");
            }
            int start = message.position();
            message.position(start + length);
            EventFrames.check(message, start, start + length, count);
            return new EventRun(shared, start, start + length, count, user, timeMillis);
        } catch (BufferUnderflowException e) {
            throw new MalformedMessageException(e);
        }
    }

    /**
     * A piece of a large event.
     *
     * @param user the publisher
     * @param timeMillis when the event was received, in milliseconds since 1970
     * @param offset of the piece in the event
     * @param total the size of the event
     */
    public record Fragment(String user, long timeMillis, int offset, int total) {

        /** The event from all its bytes. */
        public EventRun whole(byte[] bytes) throws MalformedMessageException {
            ByteBuffer event = ByteBuffer.wrap(bytes);
            EventFrames.check(event, 0, bytes.length, 1);
            return new EventRun(new SharedBuffer(event), 0, bytes.length, 1, user, timeMillis);
        }
    }

    /** Reads the head of a piece, whose bytes are the rest of the message. */
    public static Fragment readFragment(ByteBuffer message, int maxBytes) throws MalformedMessageException {
        try {
            Fragment piece = new Fragment(Wire.string(message), message.getLong(), message.getInt(), message.getInt());
            if (piece.offset() < 0
                    || piece.total() > maxBytes
                    || piece.offset() + message.remaining() > piece.total()) {
                throw new MalformedMessageException("a piece doesn't fit into its event");
            }
            return piece;
        } catch (BufferUnderflowException e) {
            throw new MalformedMessageException(e);
        }
    }
}
