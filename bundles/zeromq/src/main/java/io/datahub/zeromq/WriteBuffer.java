package io.datahub.zeromq;

import io.datahub.api.event.EventRun;
import java.nio.ByteBuffer;

/**
 * Memory outside the heap in which a loop puts short pieces one behind the other, so that they go out as one. What is in
 * it must be written or copied before it is used again. For the loop's thread.
 */
final class WriteBuffer {

    /** A message of 64 KiB fits, sealed as well. */
    private static final int BYTES = 81_920;

    private final ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);
    private int used;
    private int begun;

    /** Begins anew. */
    void clear() {
        used = 0;
        begun = 0;
    }

    boolean hasRoom(int length) {
        return BYTES - used >= length;
    }

    void put(EventRun run) {
        bytes.put(used, run.buffer().bytes(), run.start(), run.length());
        used += run.length();
    }

    void put(ByteBuffer piece) {
        bytes.put(used, piece, piece.position(), piece.remaining());
        used += piece.remaining();
    }

    boolean isEmpty() {
        return used == 0;
    }

    /** The bytes themselves, for who {@link #reserve reserves} some and fills them in. */
    ByteBuffer bytes() {
        return bytes;
    }

    /** Where the next so many bytes are, which must fit. */
    int reserve(int length) {
        int at = used;
        used += length;
        return at;
    }

    /** What was put since the last cut; null if nothing was. */
    ByteBuffer cut() {
        if (used == begun) {
            return null;
        }
        ByteBuffer piece = bytes.slice(begun, used - begun);
        begun = used;
        return piece;
    }
}
