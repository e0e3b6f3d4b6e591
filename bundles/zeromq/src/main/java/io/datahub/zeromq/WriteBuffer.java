package io.datahub.zeromq;

import io.datahub.api.event.EventRun;
import java.nio.ByteBuffer;

/**
 * Direct (off-heap) memory of a loop that batches short writes into one. Its content must be written or copied before
 * it is used again. For the loop's thread.
 */
final class WriteBuffer {

    /** Fits a message of 64 KiB, even if it is encrypted. */
    private static final int BYTES = 81_920;

    private final ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);
    private int used;
    private int sliceStart;

    /** Discards the content. */
    void clear() {
        used = 0;
        sliceStart = 0;
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

    /** The underlying buffer, for callers that {@link #reserve} space and fill it in. */
    ByteBuffer bytes() {
        return bytes;
    }

    /**
     * Reserves that many bytes, which must fit.
     *
     * @return their position
     */
    int reserve(int length) {
        int at = used;
        used += length;
        return at;
    }

    /** The bytes put since the last call; null if there are none. */
    ByteBuffer nextSlice() {
        if (used == sliceStart) {
            return null;
        }
        ByteBuffer piece = bytes.slice(sliceStart, used - sliceStart);
        sliceStart = used;
        return piece;
    }
}
