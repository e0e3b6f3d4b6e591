package io.datahub.zeromq;

import io.datahub.api.event.SharedBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.function.Supplier;

/**
 * The bytes that come in on one connection. What isn't whole yet stays where it was read, or moves to where its rest is
 * read; a message that is too large for that gets memory of its own, which grows as its bytes really arrive. For the
 * loop's thread.
 */
final class Input {

    private static final int MAX_READ = 262_144;
    private static final int FIRST_BYTES = 65_536;

    private final Connection connection;
    private final Receiving receiving;
    private final Supplier<ReadArea> area;

    /** What is left, and where; held. Null if nothing is. */
    private SharedBuffer left;

    private int start;
    private int end;

    /** Memory of its own for the large message that has begun, or null. */
    private ByteBuffer large;

    private int filled;

    Input(Connection connection, Receiving receiving, Supplier<ReadArea> area) {
        this.connection = connection;
        this.receiving = receiving;
        this.area = area;
    }

    /** Reads once, and has the connection take what came; false if the peer has closed. */
    boolean read(SocketChannel channel) throws IOException, ProtocolException {
        return large == null ? readToArea(channel) : readLarge(channel);
    }

    private boolean readToArea(SocketChannel channel) throws IOException, ProtocolException {
        ReadArea present = area.get();
        int from = present.place(this);
        int count = channel.read(present.room());
        if (count > 0) {
            present.read(count);
            take(present.buffer(), from, present.filled());
        } else {
            settle(present.buffer(), from, present.filled());
        }
        return count >= 0;
    }

    private void take(SharedBuffer buffer, int from, int to) throws ProtocolException {
        int done = connection.take(buffer, from, to);
        if (!connection.isOpen()) {
            release();
            return;
        }
        if (!connection.isSuspended() && needsOwnMemory(to - done)) {
            enlarge(buffer, done, to);
        } else {
            settle(buffer, done, to);
        }
    }

    /** Whether a message of whose beginning there is so much is too large for a buffer of the area. */
    private boolean needsOwnMemory(int length) {
        int most = area.get().longestTail();
        return length > most || connection.wanted() > most;
    }

    /** Has the connection take what it left when it was suspended. */
    void resume() throws ProtocolException {
        if (left != null) {
            take(left, start, end);
        }
    }

    /** Leaves what wasn't taken where it is. */
    private void settle(SharedBuffer buffer, int from, int to) {
        SharedBuffer before = left;
        left = from < to ? buffer : null;
        start = from;
        end = to;
        if (left == before) {
            return;
        }
        if (left != null) {
            left.retain();
            area.get().keep(this);
        }
        if (before != null) {
            before.release();
        }
    }

    private void enlarge(SharedBuffer buffer, int from, int to) throws ProtocolException {
        filled = to - from;
        large = grown(buffer.bytes(), from, filled);
        settle(buffer, to, to);
    }

    /** Twice as much memory as there are bytes, but no more than the message is known to need. */
    private ByteBuffer grown(ByteBuffer bytes, int from, int length) throws ProtocolException {
        long wanted = connection.wanted();
        long size = Math.max(FIRST_BYTES, 2L * length);
        size = wanted > length ? Math.min(size, wanted) : size;
        receiving.holds(connection, size);
        connection.keepReceivingBound();
        return ByteBuffer.allocate((int) size).put(0, bytes, from, length);
    }

    private boolean readLarge(SocketChannel channel) throws IOException, ProtocolException {
        if (filled == large.capacity()) {
            large = grown(large, 0, filled);
        }
        ByteBuffer room = large.duplicate();
        room.position(filled).limit(Math.min(large.capacity(), filled + MAX_READ));
        int count = channel.read(room);
        if (count <= 0) {
            return count == 0;
        }
        filled += count;
        SharedBuffer shared = new SharedBuffer(large);
        int done = connection.take(shared, 0, filled);
        if (!connection.isOpen()) {
            release();
        } else if (done > 0) {
            large = null;
            receiving.holds(connection, 0);
            rest(shared, done);
        }
        return true;
    }

    /** What came behind the large message. */
    private void rest(SharedBuffer buffer, int from) throws ProtocolException {
        int to = filled;
        if (connection.isSuspended()) {
            ByteBuffer own = ByteBuffer.allocate(to - from).put(0, buffer.bytes(), from, to - from);
            settle(new SharedBuffer(own), 0, to - from); // the large memory isn't held for it
        } else if (needsOwnMemory(to - from)) {
            enlarge(buffer, from, to);
        } else {
            settle(buffer, from, to);
        }
    }

    /** The number of bytes left. */
    int length() {
        return left == null ? 0 : end - start;
    }

    /** Whether what is left ends there, or nothing is left. */
    boolean standsAt(SharedBuffer buffer, int position) {
        return left == null || (left == buffer && end == position);
    }

    /** Copies what is left; it counts as left until it is settled anew. */
    void copyTo(ByteBuffer bytes, int position) {
        if (left != null) {
            bytes.put(position, left.bytes(), start, end - start);
        }
    }

    /** That buffer goes: takes along what is left in it. */
    void leave(SharedBuffer buffer) {
        if (left != buffer) {
            return;
        }
        ByteBuffer own = ByteBuffer.allocate(end - start);
        own.put(0, buffer.bytes(), start, end - start);
        left = new SharedBuffer(own);
        start = 0;
        end = own.capacity();
        buffer.release();
    }

    /** Forgets everything. */
    void release() {
        if (left != null) {
            left.release();
            left = null;
        }
        large = null;
        receiving.holds(connection, 0);
    }
}
