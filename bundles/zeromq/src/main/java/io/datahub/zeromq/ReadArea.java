package io.datahub.zeromq;

import io.datahub.api.event.SharedBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The one buffer that all connections of a loop read into, each behind what was read before; when it is full, another
 * takes its place. So connections that say nothing hold no buffer. For the loop's thread.
 */
final class ReadArea implements AutoCloseable {

    private final BufferPool pool;
    private final int minRoom;
    private final List<Input> guests = new ArrayList<>();
    private SharedBuffer buffer;
    private ByteBuffer view;
    private int filled;

    ReadArea(BufferPool pool) {
        this.pool = pool;
        minRoom = pool.bufferBytes() / 4;
    }

    /** The longest beginning of a message that may wait for its rest in such a buffer. */
    int longestTail() {
        return pool.bufferBytes() - minRoom;
    }

    SharedBuffer buffer() {
        return buffer;
    }

    int filled() {
        return filled;
    }

    /** The room for what comes next, for one read. */
    ByteBuffer room() {
        return view.limit(view.capacity()).position(filled);
    }

    /** So much was read into the room. */
    void read(int length) {
        filled += length;
    }

    /**
     * Makes what an input has left stand right before the room, which is large enough to be worth a read.
     *
     * @return where it begins
     */
    int place(Input input) {
        int length = input.length();
        if (buffer != null && view.capacity() - filled >= minRoom && input.standsAt(buffer, filled)) {
            return filled - length;
        }
        if (buffer == null || view.capacity() - filled < length + minRoom) {
            renew(input);
        }
        input.copyTo(view, filled);
        filled += length;
        return filled - length;
    }

    /** An input leaves something in the present buffer; when that goes, the input takes it along. */
    void keep(Input input) {
        guests.add(input);
    }

    private void renew(Input reading) {
        for (Input guest : guests) {
            if (guest != reading) {
                guest.leave(buffer);
            }
        }
        guests.clear();
        close();
        buffer = pool.take();
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
