package io.datahub.zeromq;

import io.datahub.api.event.SharedBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The read buffer shared by all connections of a loop. Each read is appended; a full buffer is replaced by another of
 * the pool. So idle connections hold no buffer. For the loop's thread.
 */
final class ReadArea implements AutoCloseable {

    private final BufferPool pool;
    private final int minFree;
    private final List<Input> inputs = new ArrayList<>();
    private SharedBuffer buffer;
    private ByteBuffer view;
    private int filled;

    ReadArea(BufferPool pool) {
        this.pool = pool;
        minFree = pool.bufferBytes() / 4;
    }

    /** The maximum number of bytes of an incomplete message that may stay in a read buffer. */
    int maxRemainder() {
        return pool.bufferBytes() - minFree;
    }

    SharedBuffer buffer() {
        return buffer;
    }

    int filled() {
        return filled;
    }

    /** The free space, for one read. */
    ByteBuffer freeSpace() {
        return view.limit(view.capacity()).position(filled);
    }

    /** Advances past the bytes that were read. */
    void advance(int length) {
        filled += length;
    }

    /**
     * Places the input's unconsumed bytes right before the free space, which is large enough for an efficient read.
     *
     * @return the start of those bytes
     */
    int prepare(Input input) {
        int length = input.length();
        if (buffer != null && view.capacity() - filled >= minFree && input.endsAt(buffer, filled)) {
            return filled - length;
        }
        if (buffer == null || view.capacity() - filled < length + minFree) {
            replaceBuffer(input);
        }
        input.copyTo(view, filled);
        filled += length;
        return filled - length;
    }

    /**
     * Registers an input with unconsumed bytes in the current buffer; they are moved out when the buffer is replaced.
     */
    void register(Input input) {
        inputs.add(input);
    }

    private void replaceBuffer(Input exempt) {
        for (Input input : inputs) {
            if (input != exempt) {
                input.moveOut(buffer);
            }
        }
        inputs.clear();
        close();
        buffer = pool.acquire();
        view = buffer.bytes().duplicate();
    }

    @Override
    public void close() {
        if (buffer != null) {
            buffer.release();
        }
        buffer = null;
        filled = 0;
    }
}
