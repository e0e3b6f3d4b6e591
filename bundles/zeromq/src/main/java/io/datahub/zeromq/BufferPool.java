package io.datahub.zeromq;

import io.datahub.api.event.SharedBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Read buffers outside the heap, used again and again. When as many are out as may be, or the process has no more such
 * memory, it gives buffers on the heap instead, which are slower and not kept. For any thread.
 */
final class BufferPool {

    private final int bufferBytes;
    private final int most;

    // guarded by this
    private final Deque<ByteBuffer> free = new ArrayDeque<>();
    private int made;

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
        return bytes == null ? new SharedBuffer(ByteBuffer.allocate(bufferBytes)) : new Pooled(bytes);
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
