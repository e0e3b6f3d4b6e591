package io.datahub.zeromq;

import io.datahub.api.event.SharedBuffer;
import java.nio.ByteBuffer;

/**
 * Messages and commands in boxes (RFC 26, "MESSAGE"). Each is opened where it stands, and becomes an ordinary frame right
 * behind the one before it: a box is always longer than what is in it. So what {@link MessageDecoder} reads, and others get to
 * see, is the same as from a peer that sends in clear.
 */
final class CurveMessageDecoder implements ProtocolState {

    private static final int LONG = 2;
    private static final int COMMAND = 4;

    private final MessageDecoder traffic;
    private final CurveBoxes boxes;

    /** Of what was left: how much from its beginning is opened, and where, behind a gap, the next box is. */
    private int opened;

    private int boxAt;
    private long wanted;

    CurveMessageDecoder(MessageDecoder traffic, CurveBoxes boxes) {
        this.traffic = traffic;
        this.boxes = boxes;
    }

    @Override
    public int read(SharedBuffer buffer, int from, int to) throws ProtocolException {
        ByteBuffer bytes = buffer.bytes();
        int start = from;
        int end = from + opened;
        int at = from + boxAt;
        wanted = 0;
        while (to - at >= 2) {
            int flags = bytes.get(at);
            int header = (flags & LONG) == 0 ? 2 : 9;
            if (to - at < header) {
                break;
            }
            long length = header == 2 ? bytes.get(at + 1) & 0xff : bytes.getLong(at + 1);
            check(flags, length);
            int body = at + header;
            if (length > to - body) {
                wanted = body - start + length;
                break;
            }
            end = open(bytes, body, (int) length, end);
            at = body + (int) length;
            start = traffic.read(buffer, start, end);
            if (traffic.isStopped()) {
                break;
            }
        }
        start = start == end ? at : start;
        opened = Math.max(0, end - start);
        boxAt = at - start;
        return start;
    }

    /** Judges a box by its header, before its body has come. Some peers send it as a command, most as a message. */
    private void check(int flags, long length) throws ProtocolException {
        if ((flags & ~(LONG | COMMAND)) != 0 || (length >= 0 && length < CurveBoxes.OVERHEAD)) {
            throw new ProtocolException(DisconnectReason.BAD_FRAME);
        }
        if (length < 0 || length - CurveBoxes.OVERHEAD > traffic.longestBody()) {
            throw new ProtocolException(DisconnectReason.TOO_LARGE);
        }
    }

    /**
     * Opens the box at that place, and puts the frame that is in it to another.
     *
     * @return behind that frame
     */
    private int open(ByteBuffer bytes, int body, int length, int to) throws ProtocolException {
        if (bytes.getLong(body) != CurveBoxes.NAME) {
            throw new ProtocolException(DisconnectReason.BAD_FRAME, "MESSAGE was expected");
        }
        long nonce = bytes.getLong(body + CurveBoxes.NONCE_AT);
        CurveBox box = boxes.incoming(nonce);
        int boxedAt = body + CurveBoxes.BOX_AT;
        if (!box.isGenuine(nonce, bytes, boxedAt, length - CurveBoxes.BOX_AT)) {
            throw new ProtocolException(DisconnectReason.BAD_FRAME, "a box isn't genuine");
        }
        int size = length - CurveBoxes.OVERHEAD;
        int frameAt = to + (size > 255 ? 9 : 2);
        box.crypt(bytes, boxedAt + CurveBox.TAG, bytes, frameAt - 1, 1 + size);
        int flags = bytes.get(frameAt - 1);
        if ((flags & ~(CurveBoxes.MORE | CurveBoxes.COMMAND)) != 0) {
            throw new ProtocolException(DisconnectReason.BAD_FRAME);
        }
        int frameFlags = (flags & CurveBoxes.MORE) | ((flags & CurveBoxes.COMMAND) != 0 ? COMMAND : 0);
        if (size > 255) {
            bytes.put(to, (byte) (frameFlags | LONG)).putLong(to + 1, size);
        } else {
            bytes.put(to, (byte) frameFlags).put(to + 1, (byte) size);
        }
        return frameAt + size;
    }

    @Override
    public long wanted() {
        return wanted;
    }
}
