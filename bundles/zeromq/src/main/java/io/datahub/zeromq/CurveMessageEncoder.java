package io.datahub.zeromq;

import io.datahub.api.event.SharedBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Seals frames that go out on one connection (RFC 26, "MESSAGE"), as many at a time as fit into the loop's scratch. The tag
 * stands before the box, so a frame that is larger than the scratch is sealed twice, in parts, first for the tag and then
 * for the bytes: so no peer, however slow, needs memory for a copy of it. For the loop's thread.
 */
final class CurveMessageEncoder {

    private static final int MORE = 1;
    private static final int LONG = 2;
    private static final int COMMAND = 4;
    private static final int HEADER = 9;
    private static final int PART = 32_768;

    private record Waiting(ByteBuffer frames, SharedBuffer holds) {}

    private final CurveBoxes boxes;
    private final Deque<Waiting> waiting = new ArrayDeque<>();

    /** What is still to be sealed of a large frame, which is the first of those that wait. */
    private int rest;

    CurveMessageEncoder(CurveBoxes boxes) {
        this.boxes = boxes;
    }

    /** Adds frames; lets go of the buffer, if there is one, when they are sealed. */
    void add(ByteBuffer frames, SharedBuffer holds) {
        waiting.add(new Waiting(frames, holds));
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Seals as much as there is room for; all of what waits, or some at least if the scratch is empty. */
    void fill(WriteBuffer scratch) {
        boolean room = true;
        while (room && !waiting.isEmpty()) {
            ByteBuffer frames = waiting.peek().frames();
            room = rest > 0 ? goOn(frames, scratch) : seal(frames, scratch);
            if (!frames.hasRemaining()) {
                drop();
            }
        }
    }

    private boolean seal(ByteBuffer frames, WriteBuffer scratch) {
        int at = frames.position();
        int flags = frames.get(at);
        boolean isLong = (flags & LONG) != 0;
        int body = at + (isLong ? HEADER : 2);
        int size = isLong ? (int) frames.getLong(at + 1) : frames.get(at + 1) & 0xff;
        if (scratch.hasRoom(HEADER + CurveBoxes.OVERHEAD + size)) {
            sealWhole(frames, body, size, boxFlags(flags), scratch);
            frames.position(body + size);
            return true;
        }
        if (scratch.isEmpty()) {
            frames.position(body);
            begin(frames, size, boxFlags(flags), scratch);
        }
        return false;
    }

    private static byte boxFlags(int flags) {
        return (byte) ((flags & MORE) | ((flags & COMMAND) != 0 ? CurveBoxes.COMMAND : 0));
    }

    private void sealWhole(ByteBuffer frames, int body, int size, byte flags, WriteBuffer scratch) {
        int at = header(size, scratch);
        int content = scratch.reserve(1 + size);
        ByteBuffer bytes = scratch.bytes();
        CurveBox box = boxes.outgoing();
        bytes.put(content, flags).put(content + 1, frames, body, size);
        box.crypt(bytes, content, bytes, content, 1 + size);
        box.authenticate(bytes, content, 1 + size);
        box.tag(bytes, at);
    }

    /** Writes all that stands before the content, and begins the box; gives where the tag goes. */
    private int header(int size, WriteBuffer scratch) {
        int length = CurveBoxes.OVERHEAD + size;
        int at = scratch.reserve((length > 255 ? HEADER : 2) + CurveBoxes.BOX_AT + CurveBox.TAG);
        ByteBuffer bytes = scratch.bytes();
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

    /** Begins a frame that is too large to be sealed as a whole; gives its first part. */
    private void begin(ByteBuffer frames, int size, byte flags, WriteBuffer scratch) {
        int tagAt = header(size, scratch);
        int at = scratch.reserve(PART);
        ByteBuffer bytes = scratch.bytes();
        CurveBox box = boxes.outgoing();
        int body = frames.position();
        bytes.put(at, flags);
        for (int done = 0; done < 1 + size; done += PART) {
            int before = done == 0 ? 1 : 0; // the flags
            int length = Math.min(PART, 1 + size - done);
            bytes.put(at + before, frames, body + done - 1 + before, length - before);
            box.crypt(bytes, at, bytes, at, length);
            box.authenticate(bytes, at, length);
        }
        box.tag(bytes, tagAt);
        box.begin(bytes.getLong(tagAt - Long.BYTES));
        bytes.put(at, flags).put(at + 1, frames, body, PART - 1);
        box.crypt(bytes, at, bytes, at, PART);
        frames.position(body + PART - 1);
        rest = size - (PART - 1);
    }

    private boolean goOn(ByteBuffer frames, WriteBuffer scratch) {
        int length = Math.min(PART, rest);
        if (!scratch.hasRoom(length)) {
            return false;
        }
        int at = scratch.reserve(length);
        ByteBuffer bytes = scratch.bytes();
        bytes.put(at, frames, frames.position(), length);
        boxes.outgoing().crypt(bytes, at, bytes, at, length);
        frames.position(frames.position() + length);
        rest -= length;
        return true;
    }

    private void drop() {
        SharedBuffer holds = waiting.remove().holds();
        if (holds != null) {
            holds.release();
        }
    }

    /** Lets go of everything. */
    void release() {
        while (!waiting.isEmpty()) {
            drop();
        }
    }
}
