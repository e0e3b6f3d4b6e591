package io.datahub.zeromq.curve;

import io.datahub.api.event.SharedBuffer;
import io.datahub.zeromq.buffer.WriteBuffer;
import io.datahub.zeromq.zmtp.FrameHeader;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Encrypts the outgoing frames of one connection (RFC 26, "MESSAGE"), as many at a time as fit into the loop's write
 * buffer. The tag precedes the ciphertext, so a frame larger than the write buffer is encrypted twice, in chunks, first
 * to compute the tag and then to send it. So no copy of a frame is kept for a slow peer. For the loop's thread.
 */
public final class CurveMessageEncoder {

    private static final int CHUNK = 32_768;

    private record Waiting(ByteBuffer frames, SharedBuffer buffer) {}

    private final CurveSessionKeys keys;
    private final Deque<Waiting> queue = new ArrayDeque<>();

    /** The number of bytes still to be encrypted of a large frame, which is the first in the queue. */
    private int remaining;

    public CurveMessageEncoder(CurveSessionKeys keys) {
        this.keys = keys;
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

    /** Computes the key stream of the frames to be encrypted next. */
    private void computeAhead() {
        Salsa20 cipher = keys.outgoing().cipher();
        long nonce = keys.lastSent();
        if (cipher.isAhead(nonce + 1)) {
            return;
        }
        cipher.clearAhead();
        boolean hasRoom = true;
        for (Waiting waiting : queue) {
            ByteBuffer frames = waiting.frames();
            for (int at = frames.position(); hasRoom && at < frames.limit(); at = FrameHeader.bodyEnd(frames, at)) {
                int flags = frames.get(at);
                hasRoom = cipher.addAhead(++nonce, 1 + (int) FrameHeader.bodySize(frames, at, flags));
            }
            if (!hasRoom) {
                break;
            }
        }
        cipher.computeAhead();
    }

    private boolean encrypt(ByteBuffer frames, WriteBuffer writeBuffer) {
        computeAhead();
        int at = frames.position();
        int flags = frames.get(at);
        int body = at + FrameHeader.size(flags);
        int size = (int) FrameHeader.bodySize(frames, at, flags);
        if (writeBuffer.hasRoom(FrameHeader.MAX + CurveSessionKeys.OVERHEAD + size)) {
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
        return (byte)
                ((flags & FrameHeader.MORE) | ((flags & FrameHeader.COMMAND) != 0 ? CurveSessionKeys.COMMAND : 0));
    }

    private void encryptWhole(ByteBuffer frames, int body, int size, byte flags, WriteBuffer writeBuffer) {
        int at = header(size, writeBuffer);
        int content = writeBuffer.reserve(1 + size);
        ByteBuffer bytes = writeBuffer.bytes();
        CurveBox box = keys.outgoing();
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
        int length = CurveSessionKeys.OVERHEAD + size;
        int header = writeBuffer.reserve(FrameHeader.sizeFor(length) + CurveSessionKeys.BOX_AT + CurveBox.TAG);
        ByteBuffer bytes = writeBuffer.bytes();
        int at = FrameHeader.write(bytes, header, 0, length);
        long nonce = keys.nextNonce();
        bytes.putLong(at, CurveSessionKeys.NAME).putLong(at + CurveSessionKeys.NONCE_AT, nonce);
        keys.outgoing().begin(nonce);
        return at + CurveSessionKeys.BOX_AT;
    }

    /** Starts a frame that is too large to be encrypted as a whole; writes its first chunk. */
    private void begin(ByteBuffer frames, int size, byte flags, WriteBuffer writeBuffer) {
        int tagAt = header(size, writeBuffer);
        int at = writeBuffer.reserve(CHUNK);
        ByteBuffer bytes = writeBuffer.bytes();
        CurveBox box = keys.outgoing();
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
        keys.outgoing().crypt(bytes, at, bytes, at, length);
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
