package io.datahub.zeromq;

import io.datahub.api.event.SharedBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.function.Supplier;

/**
 * The input of one connection. An incomplete message stays in the buffer that it was read into, or is copied to the
 * buffer that the rest is read into. A message that is too large for a read buffer gets a buffer of its own, which
 * grows as its bytes arrive. For the loop's thread.
 */
final class Input {

    private static final int MAX_READ = 262_144;
    private static final int FIRST_BYTES = 65_536;

    private final Connection connection;
    private final Receiving receiving;
    private final Supplier<ReadArea> readArea;

    /** The buffer with unconsumed bytes, retained; null if there are none. */
    private SharedBuffer remainder;

    private int start;
    private int end;

    /** The buffer of an incomplete large message, or null. */
    private ByteBuffer largeBuffer;

    private int largeBytes;

    Input(Connection connection, Receiving receiving, Supplier<ReadArea> readArea) {
        this.connection = connection;
        this.receiving = receiving;
        this.readArea = readArea;
    }

    /** Reads once from the channel and processes the input; false at end of stream. */
    boolean read(SocketChannel channel) throws IOException, ProtocolException {
        return largeBuffer == null ? readToArea(channel) : readLarge(channel);
    }

    private boolean readToArea(SocketChannel channel) throws IOException, ProtocolException {
        ReadArea area = readArea.get();
        int from = area.prepare(this);
        int count = channel.read(area.freeSpace());
        if (count > 0) {
            area.advance(count);
            process(area.buffer(), from, area.filled());
        } else {
            keepRemainder(area.buffer(), from, area.filled());
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

    /** Whether an incomplete message, of which that many bytes were received, is too large for the read area. */
    private boolean needsLargeBuffer(int length) {
        int max = readArea.get().maxRemainder();
        return length > max || connection.expectedBytes() > max;
    }

    /** Processes the input that was held back while the connection was suspended. */
    void resume() throws ProtocolException {
        if (remainder != null) {
            process(remainder, start, end);
        }
    }

    /** Keeps the unconsumed bytes where they are. */
    private void keepRemainder(SharedBuffer buffer, int from, int to) {
        SharedBuffer previous = remainder;
        remainder = from < to ? buffer : null;
        start = from;
        end = to;
        if (remainder == previous) {
            return;
        }
        if (remainder != null) {
            remainder.retain();
            readArea.get().register(this);
        }
        if (previous != null) {
            previous.release();
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
        receiving.set(connection, size);
        connection.enforceReceivingLimit();
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
            receiving.set(connection, 0);
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

    /** The number of unconsumed bytes. */
    int length() {
        return remainder == null ? 0 : end - start;
    }

    /** Whether the unconsumed bytes end at that position, or there are none. */
    boolean endsAt(SharedBuffer buffer, int position) {
        return remainder == null || (remainder == buffer && end == position);
    }

    /** Copies the unconsumed bytes; they stay pending until {@link #keepRemainder} is called again. */
    void copyTo(ByteBuffer bytes, int position) {
        if (remainder != null) {
            bytes.put(position, remainder.bytes(), start, end - start);
        }
    }

    /** Called when a buffer is retired: copies the unconsumed bytes out of it. */
    void moveOut(SharedBuffer buffer) {
        if (remainder != buffer) {
            return;
        }
        ByteBuffer copy = ByteBuffer.allocate(end - start);
        copy.put(0, buffer.bytes(), start, end - start);
        remainder = new SharedBuffer(copy);
        start = 0;
        end = copy.capacity();
        buffer.release();
    }

    /** Releases all buffers. */
    void release() {
        if (remainder != null) {
            remainder.release();
            remainder = null;
        }
        largeBuffer = null;
        receiving.set(connection, 0);
    }
}
