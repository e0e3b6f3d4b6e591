package io.datahub.zeromq.zmtp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A ZMTP command (RFC 23, "command").
 *
 * @param name such as {@code READY}
 * @param body the bytes after the name, read-only by convention
 */
public record Command(String name, ByteBuffer body) {

    /** Parses the body of a command frame, from {@code from} (inclusive) to {@code to} (exclusive). */
    static Command parse(ByteBuffer bytes, int from, int to) throws ProtocolException {
        int length = from < to ? bytes.get(from) & 0xff : 0;
        if (length == 0 || from + 1 + length > to) {
            throw new ProtocolException(DisconnectReason.BAD_FRAME, "a command has no name");
        }
        byte[] name = new byte[length];
        bytes.get(from + 1, name);
        int bodyAt = from + 1 + length;
        return new Command(new String(name, StandardCharsets.US_ASCII), bytes.slice(bodyAt, to - bodyAt));
    }

    /** Encodes a command frame. */
    public static ByteBuffer frame(String name, byte[] body) {
        byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
        int length = 1 + ascii.length + body.length;
        ByteBuffer frame = ByteBuffer.allocate(FrameHeader.sizeFor(length) + length);
        frame.position(FrameHeader.write(frame, 0, FrameHeader.COMMAND, length));
        return frame.put((byte) ascii.length).put(ascii).put(body).flip();
    }

    /** A copy of the body. */
    public byte[] bytes() {
        byte[] all = new byte[body.remaining()];
        body.get(body.position(), all);
        return all;
    }
}
