package io.datahub.zeromq.buffer;

import io.datahub.api.event.SharedBuffer;
import io.datahub.zeromq.zmtp.ProtocolException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.function.Supplier;

/**
 * The input of one connection. An incomplete message stays in the buffer that it was read into, or is copied to the
 * buffer that the rest is read into. A message that is too large for a read buffer gets a buffer of its own, which
 * grows as its bytes arrive. For the loop's thread.
 */
public final class Input {

    private static final int MAX_READ = 262_144;
    private static final int FIRST_BYTES = 65_536;

    private final InputHandler connection;
    private final LargeMessageMemory memory;
    private final Supplier<ReadBuffer> readBuffer;

    private final UnconsumedBytes remainder = new UnconsumedBytes();

    /** The buffer of an incomplete large message, or null. */
    private ByteBuffer largeBuffer;

    private int largeBytes;

    public Input(InputHandler connection, LargeMessageMemory memory, Supplier<ReadBuffer> readBuffer) {
        this.connection = connection;
        this.memory = memory;
        this.readBuffer = readBuffer;
    }

    /** Reads once from the channel and processes the input; false at end of stream. */
    public boolean read(SocketChannel channel) throws IOException, ProtocolException {
        return largeBuffer == null ? readToSharedBuffer(channel) : readLarge(channel);
    }

    private boolean readToSharedBuffer(SocketChannel channel) throws IOException, ProtocolException {
        ReadBuffer shared = readBuffer.get();
        int from = shared.prepare(remainder);
        int count = channel.read(shared.freeSpace());
        if (count > 0) {
            shared.advance(count);
            process(shared.buffer(), from, shared.filled());
        } else {
            keepRemainder(shared.buffer(), from, shared.filled());
        }
        return count >= 0;
    }

    private void process(SharedBuffer buffer, int from, int to) throws ProtocolException {
        int consumed = connection.process(buffer, from, to);
        if (!connection.isOpen()) {
            release();
            return;
        }
        if (!connection.isSuspended() && needsLargeBuffer(to - consumed)) {
            startLarge(buffer, consumed, to);
        } else {
            keepRemainder(buffer, consumed, to);
        }
    }

    /** Whether an incomplete message, of which that many bytes were received, is too large for the read buffer. */
    private boolean needsLargeBuffer(int length) {
        int max = readBuffer.get().maxRemainder();
        return length > max || connection.expectedBytes() > max;
    }

    /** Processes the input that was held back while the connection was suspended. */
    public void resume() throws ProtocolException {
        if (remainder.length() > 0) {
            process(remainder.buffer(), remainder.start(), remainder.end());
        }
    }

    /** Keeps the unconsumed bytes where they are. */
    private void keepRemainder(SharedBuffer buffer, int from, int to) {
        if (remainder.keep(buffer, from, to)) {
            readBuffer.get().register(remainder);
        }
    }

    private void startLarge(SharedBuffer buffer, int from, int to) throws ProtocolException {
        largeBytes = to - from;
        largeBuffer = grow(buffer.bytes(), from, largeBytes);
        keepRemainder(buffer, to, to);
    }

    /** Allocates twice the bytes received, but no more than the message is known to need. */
    private ByteBuffer grow(ByteBuffer bytes, int from, int length) throws ProtocolException {
        long expected = connection.expectedBytes();
        long size = Math.max(FIRST_BYTES, 2L * length);
        size = expected > length ? Math.min(size, expected) : size;
        memory.reserve(connection, size);
        return ByteBuffer.allocate((int) size).put(0, bytes, from, length);
    }

    private boolean readLarge(SocketChannel channel) throws IOException, ProtocolException {
        if (largeBytes == largeBuffer.capacity()) {
            largeBuffer = grow(largeBuffer, 0, largeBytes);
        }
        ByteBuffer target = largeBuffer.duplicate();
        target.position(largeBytes).limit(Math.min(largeBuffer.capacity(), largeBytes + MAX_READ));
        int count = channel.read(target);
        if (count <= 0) {
            return count == 0;
        }
        largeBytes += count;
        SharedBuffer shared = new SharedBuffer(largeBuffer);
        int consumed = connection.process(shared, 0, largeBytes);
        if (!connection.isOpen()) {
            release();
        } else if (consumed > 0) {
            largeBuffer = null;
            memory.release(connection);
            keepRest(shared, consumed);
        }
        return true;
    }

    /** Handles the bytes after a large message. */
    private void keepRest(SharedBuffer buffer, int from) throws ProtocolException {
        int to = largeBytes;
        if (connection.isSuspended()) {
            ByteBuffer copy = ByteBuffer.allocate(to - from).put(0, buffer.bytes(), from, to - from);
            keepRemainder(new SharedBuffer(copy), 0, to - from); // releases the large buffer
        } else if (needsLargeBuffer(to - from)) {
            startLarge(buffer, from, to);
        } else {
            keepRemainder(buffer, from, to);
        }
    }

    /** Releases all buffers. */
    public void release() {
        remainder.release();
        largeBuffer = null;
        memory.release(connection);
    }
}
