package io.datahub.zeromq;

import io.datahub.api.event.SharedBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Read buffers outside the heap, used again and again. When as many are out as may be, or the process has no more such
 * memory, it gives buffers on the heap instead, which are slower and not kept. When as many of those are out too, it gives
 * buffers that nobody else holds on to, for they are {@link SharedBuffer#isScarce scarce}. For any thread.
 */
final class BufferPool {

    private final int bufferBytes;
    private final int most;

    // guarded by this
    private final Deque<ByteBuffer> free = new ArrayDeque<>();
    private int made;

    private int onHeap;

    BufferPool(int bufferBytes, long maxBytes) {
        this.bufferBytes = bufferBytes;
        this.most = (int) Math.min(Integer.MAX_VALUE, Math.max(1, maxBytes / bufferBytes));
    }

    int bufferBytes() {
        return bufferBytes;
    }

    /** A buffer that nobody else holds; its maker is the caller. */
    SharedBuffer take() {
        ByteBuffer bytes = reuse();
        return bytes == null ? new OnHeap(ByteBuffer.allocate(bufferBytes), countOnHeap()) : new Pooled(bytes);
    }

    /** Counts one more; says whether that is one too many. */
    private synchronized boolean countOnHeap() {
        return ++onHeap > most;
    }

    private synchronized void discountOnHeap() {
        onHeap--;
    }

    private synchronized ByteBuffer reuse() {
        ByteBuffer bytes = free.poll();
        if (bytes == null && made < most) {
            try {
                bytes = ByteBuffer.allocateDirect(bufferBytes);
                made++;
            } catch (OutOfMemoryError e) {
                return null;
            }
        }
        return bytes;
    }

    private synchronized void giveBack(ByteBuffer bytes) {
        free.push(bytes);
    }

    /** The number of buffers that wait to be used again. */
    synchronized int idle() {
        return free.size();
    }

    /** The number of buffers made outside the heap. */
    synchronized int made() {
        return made;
    }

    /** The number of buffers on the heap that somebody holds. */
    synchronized int onHeap() {
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
            discountOnHeap();
        }
    }

    private final class Pooled extends SharedBuffer {
        Pooled(ByteBuffer bytes) {
            super(bytes);
        }

        @Override
        protected void unused() {
            giveBack(bytes());
        }
    }
}
