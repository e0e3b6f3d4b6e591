package io.datahub.zeromq.zmtp;

import java.nio.ByteBuffer;

/**
 * The header of a frame (RFC 23, "framing"): a byte of flags, and the size of the body, in one byte or, for a long
 * frame, in eight. All methods take absolute positions and allocate nothing, since they run for each frame.
 */
public final class FrameHeader {

    /** The flag of a frame that is followed by another of the same message. */
    public static final int MORE = 1;

    /** The flag of a long frame. */
    public static final int LONG = 2;

    /** The flag of a command. */
    public static final int COMMAND = 4;

    /** The size in bytes of a short header, which is the smallest. */
    public static final int SHORT = 2;

    /** The size in bytes of a long header, which is the largest. */
    public static final int MAX = 9;

    private static final int MAX_SHORT_BODY = 255;

    private FrameHeader() {}

    /** The size in bytes of a header with these flags. */
    public static int size(int flags) {
        return (flags & LONG) == 0 ? SHORT : MAX;
    }

    /** The size in bytes of the header of a frame with a body of this size. */
    public static int sizeFor(int bodySize) {
        return bodySize > MAX_SHORT_BODY ? MAX : SHORT;
    }

    /**
     * The size in bytes of the body, as the peer states it: it may be negative.
     *
     * @param at the position of the header, which is complete
     * @param flags its first byte
     */
    public static long bodySize(ByteBuffer bytes, int at, int flags) {
        return (flags & LONG) == 0 ? bytes.get(at + 1) & 0xff : bytes.getLong(at + 1);
    }

    /** The start of the body of the frame at this position, which was validated before. */
    public static int bodyStart(ByteBuffer bytes, int at) {
        return at + size(bytes.get(at));
    }

    /** The end of the body of the frame at this position, which was validated before. */
    public static int bodyEnd(ByteBuffer bytes, int at) {
        int flags = bytes.get(at);
        return at + size(flags) + (int) bodySize(bytes, at, flags);
    }

    /**
     * Writes a header.
     *
     * @param flags {@link #MORE} and {@link #COMMAND}; {@link #LONG} is added as needed
     * @return the position after it
     */
    public static int write(ByteBuffer bytes, int at, int flags, int bodySize) {
        if (bodySize > MAX_SHORT_BODY) {
            bytes.put(at, (byte) (flags | LONG)).putLong(at + 1, bodySize);
            return at + MAX;
        }
        bytes.put(at, (byte) flags).put(at + 1, (byte) bodySize);
        return at + SHORT;
    }
}
