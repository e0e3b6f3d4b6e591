package io.datahub.api.event;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * Bytes that many hold at once and nobody changes any more. It counts its holders, so that whoever made it can use the
 * memory again after the last one let go. The count begins at one, for the maker. For any thread.
 *
 * <p>Letting go once too often is an error of the program and is reported; forgetting to let go only leaves the memory to
 * the garbage collector.
 */
public class SharedBuffer {

    private static final AtomicIntegerFieldUpdater<SharedBuffer> HOLDERS =
            AtomicIntegerFieldUpdater.newUpdater(SharedBuffer.class, "holders");

    private final ByteBuffer bytes;

    @SuppressWarnings("UnusedVariable") // by HOLDERS
    private volatile int holders = 1;

    /**
     * Shares bytes.
     *
     * @param bytes whose bytes from 0 to its capacity are meant, whatever its position
     */
    public SharedBuffer(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /** The bytes, for reading at absolute positions; duplicate it to use a position. */
    public final ByteBuffer bytes() {
        return bytes;
    }

    /** Becomes another holder; only for who holds it already. */
    public final void retain() {
        HOLDERS.incrementAndGet(this);
    }

    /**
     * Lets go.
     *
     * @throws IllegalStateException if nobody held it
     */
    public final void release() {
        int left = HOLDERS.decrementAndGet(this);
        if (left == 0) {
            unused();
        } else if (left < 0) {
            throw new IllegalStateException("buffer released once too often");
        }
    }

    /** Whether such memory is so short that who would hold it for longer than a moment should copy what it needs instead. */
    public boolean isScarce() {
        return false;
    }

    /** Called when the last holder let go, on its thread. */
    protected void unused() {}
}
