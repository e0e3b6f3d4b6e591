package io.datahub.nats.wire;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * Says how much of what a hub sends has arrived at another one: of a stream of events, or of its {@link Hello}s.
 *
 * @param sender the hub that sends
 * @param receiver the hub that receives
 * @param position as in the last message that arrived, or the number of the last {@link Hello}
 */
public record Ack(Member sender, Member receiver, long position) {

    /** The message. */
    public byte[] encoded() {
        ByteBuffer message = ByteBuffer.allocate(1 + Wire.size(sender) + Wire.size(receiver) + Long.BYTES);
        message.put(Wire.VERSION);
        Wire.put(message, sender);
        Wire.put(message, receiver);
        return message.putLong(position).array();
    }

    /** Reads a message. */
    public static Ack decode(byte[] data) throws MalformedMessageException {
        ByteBuffer message = ByteBuffer.wrap(data);
        try {
            Wire.checkVersion(message);
            return new Ack(Wire.member(message), Wire.member(message), message.getLong());
        } catch (BufferUnderflowException e) {
            throw new MalformedMessageException(e);
        }
    }
}
