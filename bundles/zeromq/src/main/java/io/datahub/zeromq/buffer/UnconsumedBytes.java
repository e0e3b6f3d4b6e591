package io.datahub.zeromq.buffer;

import io.datahub.api.event.SharedBuffer;
import java.nio.ByteBuffer;

/** The unconsumed bytes of one connection, in the buffer that they were read into. For the loop's thread. */
final class UnconsumedBytes {

    /** Retained; null if there are no unconsumed bytes. */
    private SharedBuffer buffer;

    private int start;
    private int end;

    /**
     * Keeps these bytes where they are, and releases those before.
     *
     * @return whether the buffer is another one than before
     */
    boolean keep(SharedBuffer from, int newStart, int newEnd) {
        SharedBuffer previous = buffer;
        buffer = newStart < newEnd ? from : null;
        start = newStart;
        end = newEnd;
        if (buffer == previous) {
            return false;
        }
        if (buffer != null) {
            buffer.retain();
        }
        if (previous != null) {
            previous.release();
        }
        return buffer != null;
    }

    /** The buffer that holds the bytes; null if there are none. */
    SharedBuffer buffer() {
        return buffer;
    }

    int start() {
        return start;
    }

    int end() {
        return end;
    }

    int length() {
        return buffer == null ? 0 : end - start;
    }

    /** Whether the bytes end at that position, or there are none. */
    boolean endsAt(SharedBuffer other, int position) {
        return buffer == null || (buffer == other && end == position);
    }

    /** Copies the bytes; they stay here as well. */
    void copyTo(ByteBuffer target, int position) {
        if (buffer != null) {
            target.put(position, buffer.bytes(), start, end - start);
        }
    }

    /** Called when a buffer is retired: copies the bytes out of it. */
    void moveOut(SharedBuffer retired) {
        if (buffer != retired) {
            return;
        }
        ByteBuffer copy = ByteBuffer.allocate(end - start);
        copy.put(0, retired.bytes(), start, end - start);
        buffer = new SharedBuffer(copy);
        start = 0;
        end = copy.capacity();
        retired.release();
    }

    void release() {
        if (buffer != null) {
            buffer.release();
            buffer = null;
        }
    }
}
