package io.datahub.zeromq.buffer;

import io.datahub.api.event.SharedBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The read buffer shared by all connections of a loop. Each read is appended; a full buffer is replaced by another of
 * the pool. So idle connections hold no buffer. For the loop's thread.
 */
public final class ReadBuffer implements AutoCloseable {

    private final BufferPool pool;
    private final int minFree;
    private final List<UnconsumedBytes> remainders = new ArrayList<>();
    private SharedBuffer buffer;
    private ByteBuffer view;
    private int filled;

    public ReadBuffer(BufferPool pool) {
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
     * Places the unconsumed bytes right before the free space, which is large enough for an efficient read.
     *
     * @return the start of those bytes
     */
    int prepare(UnconsumedBytes remainder) {
        int length = remainder.length();
        if (buffer != null && view.capacity() - filled >= minFree && remainder.endsAt(buffer, filled)) {
            return filled - length;
        }
        if (buffer == null || view.capacity() - filled < length + minFree) {
            replaceBuffer(remainder);
        }
        remainder.copyTo(view, filled);
        filled += length;
        return filled - length;
    }

    /**
     * Registers unconsumed bytes in the current buffer, which are moved out when the buffer is replaced.
     */
    void register(UnconsumedBytes remainder) {
        remainders.add(remainder);
    }

    private void replaceBuffer(UnconsumedBytes exempt) {
        for (UnconsumedBytes remainder : remainders) {
            if (remainder != exempt) {
                remainder.moveOut(buffer);
            }
        }
        remainders.clear();
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
