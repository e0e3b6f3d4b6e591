package io.datahub.websocket;

import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.RetainableByteBuffer;

/**
 * Buffers of the heap, made when they are needed and left to the collector, so that an idle client holds none. Jetty asks for
 * one with each write, for a header of a few bytes; as direct memory that would cost more than the write.
 */
final class HeapBuffers extends ByteBufferPool.NonPooling {

    @Override
    public RetainableByteBuffer.Mutable acquire(int bytes, boolean direct) {
        return super.acquire(bytes, false);
    }
}
