package io.datahub.nats.wire;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/** A message that is a number: of an entry of the journal, or of a session. */
public final class SignalNumber {

    private SignalNumber() {}

    /** The message. */
    public static byte[] encode(long number) {
        return ByteBuffer.allocate(1 + Long.BYTES)
                .put(Wire.VERSION)
                .putLong(number)
                .array();
    }

    /** Reads a message. */
    public static long decode(byte[] data) throws MalformedMessageException {
        ByteBuffer message = ByteBuffer.wrap(data);
        try {
            Wire.checkVersion(message);
            return message.getLong();
        } catch (BufferUnderflowException e) {
            throw new MalformedMessageException(e);
        }
    }
}
