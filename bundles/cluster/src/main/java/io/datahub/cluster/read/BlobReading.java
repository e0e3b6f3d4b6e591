package io.datahub.cluster.read;

import io.datahub.api.cluster.Blobs;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An open version whose bytes come from the blob store. Reads that follow each other share one stream; those elsewhere
 * open another. Thread-safe.
 */
final class BlobReading implements Reading {

    private static final int MAX_STREAMS = 4;

    /** As much as a read of a socket returns at most. */
    private static final int BUFFER_BYTES = 128 << 10;

    private static final int MIN_DIRECT_BYTES = 64 << 10;

    private final RecordVersion version;
    private final Blobs blobs;
    private final String key;

    /** Streams that nobody is reading, by the position of their next byte. Guarded by this. */
    private final Map<Long, Position> idle = new HashMap<>();

    /** Guarded by this. */
    private boolean closed;

    BlobReading(RecordVersion version, Blobs blobs, String key) {
        this.version = version;
        this.blobs = blobs;
        this.key = key;
    }

    /** A stream, after some bytes that were read from it and not used yet. Used by one thread at a time. */
    private static final class Position {
        private final InputStream in;
        private final ByteBuffer ahead;
        private long next;

        Position(InputStream in, long next, long end) {
            this.in = in;
            this.next = next;
            ahead = ByteBuffer.allocate((int) Math.min(BUFFER_BYTES, end - next))
                    .limit(0);
        }

        /** Has at least one byte ahead; false at the end. */
        boolean fill() throws IOException {
            if (!ahead.hasRemaining()) {
                int count = in.read(ahead.array(), 0, ahead.capacity());
                ahead.clear().limit(Math.max(0, count));
            }
            return ahead.hasRemaining();
        }
    }

    @Override
    public RecordVersion version() {
        return version;
    }

    /** What is done with bytes: takes some of them. */
    private interface Use {
        long take(Position from) throws IOException;
    }

    @Override
    public int read(ByteBuffer bytes, long position) throws IOException {
        if (position >= version.size()) {
            requireOpen();
            return -1;
        }
        return (int) use(position, from -> {
            int wanted = bytes.remaining();
            if (wanted == 0) {
                return 0;
            }
            if (!from.ahead.hasRemaining() && bytes.hasArray() && wanted >= MIN_DIRECT_BYTES) {
                int count = from.in.read(bytes.array(), bytes.arrayOffset() + bytes.position(), wanted);
                bytes.position(bytes.position() + Math.max(0, count));
                return require(count);
            }
            int count = from.fill() ? Math.min(wanted, from.ahead.remaining()) : -1;
            if (count > 0) {
                bytes.put(from.ahead.slice().limit(count));
                from.ahead.position(from.ahead.position() + count);
            }
            return require(count);
        });
    }

    private int require(int count) throws IOException {
        if (count <= 0) {
            throw new IOException("the blob " + key + " of " + version.path() + " ends early");
        }
        return count;
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
        long end = Math.min(version.size(), position + Math.min(count, Long.MAX_VALUE - position));
        long sent = 0;
        while (position + sent < end) {
            long left = end - position - sent;
            long written = use(position + sent, from -> {
                require(from.fill() ? from.ahead.remaining() : -1);
                ByteBuffer part = from.ahead.slice().limit((int) Math.min(left, from.ahead.remaining()));
                int taken = target.write(part);
                from.ahead.position(from.ahead.position() + taken);
                return taken;
            });
            sent += written;
            if (written == 0) {
                break;
            }
        }
        if (sent == 0) {
            requireOpen();
        }
        return sent;
    }

    private synchronized void requireOpen() throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    private long use(long position, Use use) throws IOException {
        Position from = take(position);
        boolean ok = false;
        try {
            long count = use.take(from);
            from.next += count;
            ok = true;
            return count;
        } finally {
            if (ok) {
                putBack(from);
            } else {
                from.in.close();
            }
        }
    }

    private Position take(long position) throws IOException {
        synchronized (this) {
            requireOpen();
            Position found = idle.remove(position);
            if (found != null) {
                return found;
            }
        }
        return new Position(blobs.open(key, position, version.size() - position), position, version.size());
    }

    private void putBack(Position from) throws IOException {
        InputStream surplus = null;
        synchronized (this) {
            Position replaced = closed || from.next >= version.size() ? from : idle.put(from.next, from);
            if (replaced == null && idle.size() > MAX_STREAMS) {
                replaced = idle.remove(idle.keySet().stream()
                        .filter(next -> next != from.next)
                        .findFirst()
                        .orElseThrow());
            }
            surplus = replaced == null ? null : replaced.in;
        }
        if (surplus != null) {
            surplus.close();
        }
    }

    @Override
    public void close() throws IOException {
        List<Position> all;
        synchronized (this) {
            closed = true;
            all = new ArrayList<>(idle.values());
            idle.clear();
        }
        for (Position each : all) {
            each.in.close();
        }
    }
}
