package io.datahub.zeromq.curve;

import io.datahub.api.event.SharedBuffer;
import io.datahub.zeromq.buffer.WriteBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Encrypts the outgoing frames of one connection (RFC 26, "MESSAGE"), as many at a time as fit into the loop's write
 * buffer. The tag precedes the ciphertext, so a frame larger than the write buffer is encrypted twice, in chunks, first
 * to compute the tag and then to send it. So no copy of a frame is kept for a slow peer. For the loop's thread.
 */
public final class CurveMessageEncoder {

    private static final int MORE = 1;
    private static final int LONG = 2;
    private static final int COMMAND = 4;
    private static final int HEADER = 9;
    private static final int CHUNK = 32_768;

    private record Waiting(ByteBuffer frames, SharedBuffer buffer) {}

    private final CurveBoxes boxes;
    private final Deque<Waiting> queue = new ArrayDeque<>();

    /** The number of bytes still to be encrypted of a large frame, which is the first in the queue. */
    private int remaining;

    public CurveMessageEncoder(CurveBoxes boxes) {
        this.boxes = boxes;
    }

    /** Queues frames; releases the buffer, if not null, after they are encrypted. */
    public void add(ByteBuffer frames, SharedBuffer buffer) {
        queue.add(new Waiting(frames, buffer));
    }

    public boolean isEmpty() {
        return queue.isEmpty();
    }

    /** Encrypts as many queued frames as fit; if the write buffer is empty, at least some of the first one. */
    public void fill(WriteBuffer writeBuffer) {
        boolean fits = true;
        while (fits && !queue.isEmpty()) {
            ByteBuffer frames = queue.peek().frames();
            fits = remaining > 0 ? continueFrame(frames, writeBuffer) : encrypt(frames, writeBuffer);
            if (!frames.hasRemaining()) {
                removeHead();
            }
        }
    }

    private boolean encrypt(ByteBuffer frames, WriteBuffer writeBuffer) {
        int at = frames.position();
        int flags = frames.get(at);
        boolean isLong = (flags & LONG) != 0;
        int body = at + (isLong ? HEADER : 2);
        int size = isLong ? (int) frames.getLong(at + 1) : frames.get(at + 1) & 0xff;
        if (writeBuffer.hasRoom(HEADER + CurveBoxes.OVERHEAD + size)) {
            encryptWhole(frames, body, size, boxFlags(flags), writeBuffer);
            frames.position(body + size);
            return true;
        }
        if (writeBuffer.isEmpty()) {
            frames.position(body);
            begin(frames, size, boxFlags(flags), writeBuffer);
        }
        return false;
    }

    private static byte boxFlags(int flags) {
        return (byte) ((flags & MORE) | ((flags & COMMAND) != 0 ? CurveBoxes.COMMAND : 0));
    }

    private void encryptWhole(ByteBuffer frames, int body, int size, byte flags, WriteBuffer writeBuffer) {
        int at = header(size, writeBuffer);
        int content = writeBuffer.reserve(1 + size);
        ByteBuffer bytes = writeBuffer.bytes();
        CurveBox box = boxes.outgoing();
        bytes.put(content, flags).put(content + 1, frames, body, size);
        box.crypt(bytes, content, bytes, content, 1 + size);
        box.authenticate(bytes, content, 1 + size);
        box.tag(bytes, at);
    }

    /**
     * Writes everything that precedes the ciphertext, and starts the box.
     *
     * @return the position of the tag
     */
    private int header(int size, WriteBuffer writeBuffer) {
        int length = CurveBoxes.OVERHEAD + size;
        int at = writeBuffer.reserve((length > 255 ? HEADER : 2) + CurveBoxes.BOX_AT + CurveBox.TAG);
        ByteBuffer bytes = writeBuffer.bytes();
        if (length > 255) {
            bytes.put(at, (byte) LONG).putLong(at + 1, length);
            at += HEADER;
        } else {
            bytes.put(at, (byte) 0).put(at + 1, (byte) length);
            at += 2;
        }
        long nonce = boxes.nextNonce();
        bytes.putLong(at, CurveBoxes.NAME).putLong(at + CurveBoxes.NONCE_AT, nonce);
        boxes.outgoing().begin(nonce);
        return at + CurveBoxes.BOX_AT;
    }

    /** Starts a frame that is too large to be encrypted as a whole; writes its first chunk. */
    private void begin(ByteBuffer frames, int size, byte flags, WriteBuffer writeBuffer) {
        int tagAt = header(size, writeBuffer);
        int at = writeBuffer.reserve(CHUNK);
        ByteBuffer bytes = writeBuffer.bytes();
        CurveBox box = boxes.outgoing();
        int body = frames.position();
        bytes.put(at, flags);
        for (int done = 0; done < 1 + size; done += CHUNK) {
            int before = done == 0 ? 1 : 0; // the flags byte
            int length = Math.min(CHUNK, 1 + size - done);
            bytes.put(at + before, frames, body + done - 1 + before, length - before);
            box.crypt(bytes, at, bytes, at, length);
            box.authenticate(bytes, at, length);
        }
        box.tag(bytes, tagAt);
        box.begin(bytes.getLong(tagAt - Long.BYTES));
        bytes.put(at, flags).put(at + 1, frames, body, CHUNK - 1);
        box.crypt(bytes, at, bytes, at, CHUNK);
        frames.position(body + CHUNK - 1);
        remaining = size - (CHUNK - 1);
    }

    private boolean continueFrame(ByteBuffer frames, WriteBuffer writeBuffer) {
        int length = Math.min(CHUNK, remaining);
        if (!writeBuffer.hasRoom(length)) {
            return false;
        }
        int at = writeBuffer.reserve(length);
        ByteBuffer bytes = writeBuffer.bytes();
        bytes.put(at, frames, frames.position(), length);
        boxes.outgoing().crypt(bytes, at, bytes, at, length);
        frames.position(frames.position() + length);
        remaining -= length;
        return true;
    }

    private void removeHead() {
        SharedBuffer buffer = queue.remove().buffer();
        if (buffer != null) {
            buffer.release();
        }
    }

    /** Releases all queued buffers. */
    public void release() {
        while (!queue.isEmpty()) {
            removeHead();
        }
    }
}
