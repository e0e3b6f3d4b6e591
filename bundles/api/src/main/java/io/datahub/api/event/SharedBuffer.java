package io.datahub.api.event;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * Immutable bytes shared by several holders. Holders are counted, so that the owner can reuse the memory after the last
 * one has released it. The count starts at one, for the creator. Thread-safe.
 *
 * <p>Releasing once too often is a programming error and throws; a missing release merely leaves the memory to the
 * garbage collector.
 */
public class SharedBuffer {

    private static final AtomicIntegerFieldUpdater<SharedBuffer> HOLDERS =
            AtomicIntegerFieldUpdater.newUpdater(SharedBuffer.class, "holders");

    private final ByteBuffer bytes;

    @SuppressWarnings("UnusedVariable") // accessed through HOLDERS
    private volatile int holders = 1;

    /**
     * Shares bytes.
     *
     * @param bytes shared from 0 to its capacity, regardless of its position
     */
    public SharedBuffer(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /**
     * The bytes, for absolute reads; duplicate the buffer to use a position.
     *
     * @return the buffer, whose position and limit must not be changed
     */
    public final ByteBuffer bytes() {
        return bytes;
    }

    /** Adds a holder; only a current holder may call this. */
    public final void retain() {
        HOLDERS.incrementAndGet(this);
    }

    /**
     * Removes a holder.
     *
     * @throws IllegalStateException if there was no holder
     */
    public final void release() {
        int left = HOLDERS.decrementAndGet(this);
        if (left == 0) {
            unused();
        } else if (left < 0) {
            throw new IllegalStateException("buffer released once too often");
        }
    }

    /**
     * Whether this memory is so scarce that anyone needing it for longer than a moment should copy it instead.
     *
     * @return whether it is
     */
    public boolean isScarce() {
        return false;
    }

    /** Called when the last holder has released the buffer, on that holder's thread. */
    protected void unused() {}
}
