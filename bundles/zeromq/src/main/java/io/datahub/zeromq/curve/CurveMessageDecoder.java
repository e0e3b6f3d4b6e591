package io.datahub.zeromq.curve;

import io.datahub.api.event.SharedBuffer;
import io.datahub.zeromq.zmtp.DisconnectReason;
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

    private static final int LONG = 2;
    private static final int COMMAND = 4;

    private final MessageDecoder decoder;
    private final CurveBoxes boxes;

    /**
     * In the unconsumed input: the number of bytes decrypted at its beginning, and the offset of the next box, which
     * follows after a gap.
     */
    private int decrypted;

    private int nextBox;
    private long expectedBytes;

    public CurveMessageDecoder(MessageDecoder decoder, CurveBoxes boxes) {
        this.decoder = decoder;
        this.boxes = boxes;
    }

    @Override
    public int read(SharedBuffer buffer, int from, int to) throws ProtocolException {
        ByteBuffer bytes = buffer.bytes();
        int start = from;
        int end = from + decrypted;
        int at = from + nextBox;
        expectedBytes = 0;
        while (to - at >= 2) {
            int flags = bytes.get(at);
            int header = (flags & LONG) == 0 ? 2 : 9;
            if (to - at < header) {
                break;
            }
            long length = header == 2 ? bytes.get(at + 1) & 0xff : bytes.getLong(at + 1);
            validate(flags, length);
            int body = at + header;
            if (length > to - body) {
                expectedBytes = body - start + length;
                break;
            }
            end = decrypt(bytes, body, (int) length, end);
            at = body + (int) length;
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
        if ((flags & ~(LONG | COMMAND)) != 0 || (length >= 0 && length < CurveBoxes.OVERHEAD)) {
            throw new ProtocolException(DisconnectReason.BAD_FRAME);
        }
        if (length < 0 || length - CurveBoxes.OVERHEAD > decoder.maxBodyBytes()) {
            throw new ProtocolException(DisconnectReason.TOO_LARGE);
        }
    }

    /**
     * Decrypts the box at {@code body} and writes its frame to {@code to}.
     *
     * @return the position after that frame
     */
    private int decrypt(ByteBuffer bytes, int body, int length, int to) throws ProtocolException {
        if (bytes.getLong(body) != CurveBoxes.NAME) {
            throw new ProtocolException(DisconnectReason.BAD_FRAME, "MESSAGE was expected");
        }
        long nonce = bytes.getLong(body + CurveBoxes.NONCE_AT);
        CurveBox box = boxes.incoming(nonce);
        int boxAt = body + CurveBoxes.BOX_AT;
        if (!box.verify(nonce, bytes, boxAt, length - CurveBoxes.BOX_AT)) {
            throw new ProtocolException(DisconnectReason.BAD_FRAME, "a box isn't genuine");
        }
        int size = length - CurveBoxes.OVERHEAD;
        int frameAt = to + (size > 255 ? 9 : 2);
        box.crypt(bytes, boxAt + CurveBox.TAG, bytes, frameAt - 1, 1 + size);
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
    public long expectedBytes() {
        return expectedBytes;
    }
}
