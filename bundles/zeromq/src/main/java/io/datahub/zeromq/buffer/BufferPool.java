package io.datahub.zeromq.buffer;

import io.datahub.api.event.SharedBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Pool of direct (off-heap) read buffers. When the maximum number of direct buffers is in use, or the process has no
 * direct memory left, it hands out heap buffers instead, which are slower and not pooled. When the maximum number of
 * heap buffers is in use as well, further buffers are marked {@link SharedBuffer#isScarce scarce}, so that no one else
 * retains them. Thread-safe.
 */
public final class BufferPool {

    private final int bufferBytes;
    private final int maxBuffers;

    // guarded by this
    private final Deque<ByteBuffer> free = new ArrayDeque<>();
    private int allocated;

    private int onHeap;

    public BufferPool(int bufferBytes, long maxBytes) {
        this.bufferBytes = bufferBytes;
        this.maxBuffers = (int) Math.min(Integer.MAX_VALUE, Math.max(1, maxBytes / bufferBytes));
    }

    int bufferBytes() {
        return bufferBytes;
    }

    /** Returns a buffer that no one else holds; the caller must release it. */
    SharedBuffer acquire() {
        ByteBuffer bytes = pollOrAllocate();
        return bytes == null ? new OnHeap(ByteBuffer.allocate(bufferBytes), incrementOnHeap()) : new Pooled(bytes);
    }

    /** Counts one more heap buffer; returns whether the maximum is exceeded. */
    private synchronized boolean incrementOnHeap() {
        return ++onHeap > maxBuffers;
    }

    private synchronized void decrementOnHeap() {
        onHeap--;
    }

    private synchronized ByteBuffer pollOrAllocate() {
        ByteBuffer bytes = free.poll();
        if (bytes == null && allocated < maxBuffers) {
            try {
                bytes = ByteBuffer.allocateDirect(bufferBytes);
                allocated++;
            } catch (OutOfMemoryError e) {
                return null;
            }
        }
        return bytes;
    }

    private synchronized void recycle(ByteBuffer bytes) {
        free.push(bytes);
    }

    /** The number of pooled buffers that are free. */
    public synchronized int idle() {
        return free.size();
    }

    /** The number of direct buffers allocated so far. */
    public synchronized int allocated() {
        return allocated;
    }

    /** The number of heap buffers in use. */
    public synchronized int onHeap() {
        return onHeap;
    }

    private final class OnHeap extends SharedBuffer {
        private final boolean scarce;

        OnHeap(ByteBuffer bytes, boolean scarce) {
            super(bytes);
            this.scarce = scarce;
        }

        @Override
        public boolean isScarce() {
            return scarce;
        }

        @Override
        protected void unused() {
            decrementOnHeap();
        }
    }

    private final class Pooled extends SharedBuffer {
        Pooled(ByteBuffer bytes) {
            super(bytes);
        }

        @Override
        protected void unused() {
            recycle(bytes());
        }
    }
}
