package io.datahub.nats.wire;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Says that a hub is there, and which topics somebody there has subscribed to. Sent each second, and after changes.
 *
 * @param member the hub
 * @param leaving whether it is about to stop
 * @param prefixes the beginnings of the topics; others mustn't be sent to it
 * @param number counts the messages of the hub; those who receive one acknowledge it by this number
 */
public record Hello(Member member, boolean leaving, List<byte[]> prefixes, long number) {

    /** The message. */
    public byte[] encoded() {
        int size = 2 + Wire.size(member) + Integer.BYTES + Long.BYTES;
        for (byte[] prefix : prefixes) {
            size += Wire.size(prefix);
        }
        ByteBuffer message = ByteBuffer.allocate(size);
        message.put(Wire.VERSION).put((byte) (leaving ? 1 : 0));
        Wire.put(message, member);
        message.putInt(prefixes.size());
        prefixes.forEach(prefix -> Wire.put(message, prefix));
        return message.putLong(number).array();
    }

    /** Reads a message. */
    public static Hello decode(byte[] data) throws MalformedMessageException {
        ByteBuffer message = ByteBuffer.wrap(data);
        try {
            Wire.checkVersion(message);
            boolean leaving = message.get() == 1;
            Member member = Wire.member(message);
            List<byte[]> prefixes = new ArrayList<>();
            for (int left = message.getInt(); left > 0; left--) {
                prefixes.add(Wire.bytes(message));
            }
            return new Hello(member, leaving, prefixes, message.getLong());
        } catch (BufferUnderflowException e) {
            throw new MalformedMessageException(e);
        }
    }
}
