package io.datahub.zeromq.buffer;

import io.datahub.api.event.EventRun;
import java.nio.ByteBuffer;

/**
 * Direct (off-heap) memory of a loop that batches short writes into one. Its content must be written or copied before
 * it is used again. For the loop's thread.
 */
public final class WriteBuffer {

    /** Fits a message of 64 KiB, even if it is encrypted. */
    private static final int BYTES = 81_920;

    private final ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);
    private int used;
    private int sliceStart;

    /** Discards the content. */
    public void clear() {
        used = 0;
        sliceStart = 0;
    }

    public boolean hasRoom(int length) {
        return BYTES - used >= length;
    }

    public void put(EventRun run) {
        bytes.put(used, run.buffer().bytes(), run.start(), run.length());
        used += run.length();
    }

    public void put(ByteBuffer piece) {
        bytes.put(used, piece, piece.position(), piece.remaining());
        used += piece.remaining();
    }

    public boolean isEmpty() {
        return used == 0;
    }

    /** The underlying buffer, for callers that {@link #reserve} space and fill it in. */
    public ByteBuffer bytes() {
        return bytes;
    }

    /**
     * Reserves that many bytes, which must fit.
     *
     * @return their position
     */
    public int reserve(int length) {
        int at = used;
        used += length;
        return at;
    }

    /** The bytes put since the last call; null if there are none. */
    public ByteBuffer nextSlice() {
        if (used == sliceStart) {
            return null;
        }
        ByteBuffer piece = bytes.slice(sliceStart, used - sliceStart);
        sliceStart = used;
        return piece;
    }
}
