package io.datahub.websocket;

import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.RetainableByteBuffer;

/**
 * Heap buffers, allocated on demand and garbage collected, so that an idle client holds none. Jetty requests one for
 * each write, for a header of a few bytes; allocating direct memory would cost more than the write.
 */
final class HeapBuffers extends ByteBufferPool.NonPooling {

    @Override
    public RetainableByteBuffer.Mutable acquire(int bytes, boolean direct) {
        return super.acquire(bytes, false);
    }
}
