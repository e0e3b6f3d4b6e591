package io.datahub.nats.wire;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * The head of each message of a stream.
 *
 * @param kind what follows it
 * @param sender the hub that sends the stream
 * @param receiver the hub that it is for
 * @param position how much of the window this message and all before it have cost since the stream began
 * @param firstEvent the number of events before those of this message, since the stream began: with the ones that were
 *     lost before they could be sent
 */
public record Header(Kind kind, Member sender, Member receiver, long position, long firstEvent) {

    /** What follows a head. */
    public enum Kind {
        /** Groups of whole events. */
        EVENTS('E'),
        /** A piece of a single event that is larger than a message. */
        FRAGMENT('F'),
        /** Nothing: only the numbers count. */
        MARK('M');

        private final byte code;

        Kind(char code) {
            this.code = (byte) code;
        }

        static Kind of(byte code) throws MalformedMessageException {
            for (Kind kind : KINDS) {
                if (kind.code == code) {
                    return kind;
                }
            }
            throw new MalformedMessageException("it is of the unknown kind " + code);
        }
    }

    private static final Kind[] KINDS = Kind.values();

    /** The number of bytes of the head of each message between two hubs. */
    public static int size(Member sender, Member receiver) {
        return 2 + Wire.size(sender) + Wire.size(receiver) + 2 * Long.BYTES;
    }

    /** Writes the head at the buffer's position. */
    public void write(ByteBuffer message) {
        message.put(Wire.VERSION).put(kind.code);
        Wire.put(message, sender);
        Wire.put(message, receiver);
        message.putLong(position).putLong(firstEvent);
    }

    /** Reads a head; what follows it begins at the buffer's position then. */
    public static Header read(ByteBuffer message) throws MalformedMessageException {
        try {
            Wire.checkVersion(message);
            return new Header(
                    Kind.of(message.get()),
                    Wire.member(message),
                    Wire.member(message),
                    message.getLong(),
                    message.getLong());
        } catch (BufferUnderflowException e) {
            throw new MalformedMessageException(e);
        }
    }
}
