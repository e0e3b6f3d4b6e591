package io.datahub.zeromq.curve;

import io.datahub.api.event.SharedBuffer;
import io.datahub.zeromq.zmtp.DisconnectReason;
import io.datahub.zeromq.zmtp.FrameHeader;
import io.datahub.zeromq.zmtp.MessageDecoder;
import io.datahub.zeromq.zmtp.ProtocolException;
import io.datahub.zeromq.zmtp.ProtocolState;
import java.nio.ByteBuffer;

/**
 * Decrypts messages and commands (RFC 26, "MESSAGE"). Each box is decrypted in place, and its frame is written right
 * after the previous one, since a box is always longer than its content. So {@link MessageDecoder} and everything after
 * it get the same bytes as from a peer without encryption.
 */
public final class CurveMessageDecoder implements ProtocolState {

    private final MessageDecoder decoder;
    private final CurveSessionKeys keys;

    /**
     * In the unconsumed input: the number of bytes decrypted at its beginning, and the offset of the next box, which
     * follows after a gap.
     */
    private int decrypted;

    private int nextBox;
    private long expectedBytes;

    public CurveMessageDecoder(MessageDecoder decoder, CurveSessionKeys keys) {
        this.decoder = decoder;
        this.keys = keys;
    }

    @Override
    public int read(SharedBuffer buffer, int from, int to) throws ProtocolException {
        ByteBuffer bytes = buffer.bytes();
        int start = from;
        int end = from + decrypted;
        int at = from + nextBox;
        expectedBytes = 0;
        while (to - at >= FrameHeader.SHORT) {
            int boxFlags = bytes.get(at);
            int box = at + FrameHeader.size(boxFlags);
            if (box > to) {
                break;
            }
            long boxSize = FrameHeader.bodySize(bytes, at, boxFlags);
            validate(boxFlags, boxSize);
            if (boxSize > to - box) {
                expectedBytes = box - start + boxSize;
                break;
            }
            computeAhead(bytes, at, to);
            end = decrypt(bytes, box, (int) boxSize, end);
            at = box + (int) boxSize;
            start = decoder.read(buffer, start, end);
            if (decoder.isStopped()) {
                break;
            }
        }
        start = start == end ? at : start;
        decrypted = Math.max(0, end - start);
        nextBox = at - start;
        return start;
    }

    /**
     * Validates a box by its header, before its body is received. Some peers send boxes as commands, most send them as
     * messages.
     */
    private void validate(int flags, long length) throws ProtocolException {
        if ((flags & ~(FrameHeader.LONG | FrameHeader.COMMAND)) != 0
                || (length >= 0 && length < CurveSessionKeys.OVERHEAD)) {
            throw new ProtocolException(DisconnectReason.BAD_FRAME);
        }
        if (length < 0 || length - CurveSessionKeys.OVERHEAD > decoder.maxBodyBytes()) {
            throw new ProtocolException(DisconnectReason.TOO_LARGE);
        }
    }

    /** Computes the key stream of the boxes that are complete, from the one at this position on. */
    private void computeAhead(ByteBuffer bytes, int from, int to) {
        Salsa20 cipher = keys.incoming().cipher();
        if (cipher.isAhead(nonce(bytes, FrameHeader.bodyStart(bytes, from)))) {
            return;
        }
        cipher.clearAhead();
        boolean hasRoom = true;
        for (int at = from; hasRoom && to - at >= FrameHeader.MAX; ) {
            int box = FrameHeader.bodyStart(bytes, at);
            long size = FrameHeader.bodySize(bytes, at, bytes.get(at));
            if (size < CurveSessionKeys.OVERHEAD || size > to - box) {
                break;
            }
            hasRoom = cipher.addAhead(nonce(bytes, box), 1 + (int) size - CurveSessionKeys.OVERHEAD);
            at = box + (int) size;
        }
        cipher.computeAhead();
    }

    private static long nonce(ByteBuffer bytes, int body) {
        return bytes.getLong(body + CurveSessionKeys.NONCE_AT);
    }

    /**
     * Decrypts the box at {@code body} and writes its frame to {@code to}.
     *
     * @return the position after that frame
     */
    private int decrypt(ByteBuffer bytes, int body, int length, int to) throws ProtocolException {
        if (bytes.getLong(body) != CurveSessionKeys.NAME) {
            throw new ProtocolException(DisconnectReason.BAD_FRAME, "MESSAGE was expected");
        }
        long nonce = nonce(bytes, body);
        CurveBox box = keys.incoming(nonce);
        int boxAt = body + CurveSessionKeys.BOX_AT;
        if (!box.verify(nonce, bytes, boxAt, length - CurveSessionKeys.BOX_AT)) {
            throw new ProtocolException(DisconnectReason.BAD_FRAME, "a box failed authentication");
        }
        int size = length - CurveSessionKeys.OVERHEAD;
        int frameBody = to + FrameHeader.sizeFor(size);
        box.crypt(bytes, boxAt + CurveBox.TAG, bytes, frameBody - 1, 1 + size);
        int flags = bytes.get(frameBody - 1);
        if ((flags & ~(CurveSessionKeys.MORE | CurveSessionKeys.COMMAND)) != 0) {
            throw new ProtocolException(DisconnectReason.BAD_FRAME);
        }
        int frameFlags =
                (flags & CurveSessionKeys.MORE) | ((flags & CurveSessionKeys.COMMAND) != 0 ? FrameHeader.COMMAND : 0);
        return FrameHeader.write(bytes, to, frameFlags, size) + size;
    }

    @Override
    public long expectedBytes() {
        return expectedBytes;
    }
}
