package io.datahub.zeromq.zmtp;

import io.datahub.api.event.SharedBuffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The greetings (RFC 23, "greeting"). The hub sends its signature and version at once, and the rest after it has read
 * the peer's mechanism, so that one port serves all mechanisms.
 */
public final class ZmtpGreeting implements ProtocolState {

    private static final int LENGTH = 64;
    private static final int OPENING = 12;
    private static final int MAJOR_AT = 10;
    private static final int MINOR_AT = 11;
    private static final int MECHANISM_AT = 12;
    private static final int MECHANISM_LENGTH = 20;

    private final ConnectionContext connection;

    public ZmtpGreeting(ConnectionContext connection) {
        this.connection = connection;
    }

    /** Signature and version 3.0, which every ZMTP 3 peer understands. */
    public static ByteBuffer opening() {
        return ByteBuffer.allocate(OPENING)
                .put(0, (byte) 0xff)
                .put(9, (byte) 0x7f)
                .put(MAJOR_AT, (byte) 3);
    }

    /** The rest: the mechanism, and whether the hub is its server. */
    public static ByteBuffer remainder(String mechanism, boolean server) {
        ByteBuffer remainder = ByteBuffer.allocate(LENGTH - OPENING);
        remainder.put(0, mechanism.getBytes(StandardCharsets.US_ASCII));
        return remainder.put(MECHANISM_LENGTH, (byte) (server ? 1 : 0));
    }

    @Override
    public int read(SharedBuffer buffer, int from, int to) throws ProtocolException {
        ByteBuffer bytes = buffer.bytes();
        int length = to - from;
        if (bytes.get(from) != (byte) 0xff || (length >= MAJOR_AT && bytes.get(from + 9) != 0x7f)) {
            throw new ProtocolException(DisconnectReason.BAD_GREETING);
        }
        if (length > MAJOR_AT && bytes.get(from + MAJOR_AT) < 3) {
            throw new ProtocolException(DisconnectReason.OLD_VERSION);
        }
        if (length < LENGTH) {
            return from;
        }
        int minor = bytes.get(from + MINOR_AT) & 0xff;
        connection.greetingReceived(mechanism(bytes, from + MECHANISM_AT), bytes.get(from + MAJOR_AT) > 3 || minor > 0);
        return from + LENGTH;
    }

    private static String mechanism(ByteBuffer bytes, int at) throws ProtocolException {
        byte[] name = new byte[MECHANISM_LENGTH];
        bytes.get(at, name);
        int length = 0;
        while (length < MECHANISM_LENGTH && name[length] != 0) {
            length++;
        }
        for (int i = length; i < MECHANISM_LENGTH; i++) {
            if (name[i] != 0) {
                throw new ProtocolException(
                        DisconnectReason.BAD_GREETING, "the mechanism in the greeting isn't padded with zeros");
            }
        }
        return new String(name, 0, length, StandardCharsets.US_ASCII);
    }

    @Override
    public long expectedBytes() {
        return LENGTH;
    }
}
