package io.datahub.cluster.read;

import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;

/** An open version whose bytes are in memory. Thread-safe. */
final class SmallReading implements Reading {

    private final RecordVersion version;
    private final ByteBuffer content;
    private volatile boolean closed;

    SmallReading(RecordVersion version, byte[] content) {
        this.version = version;
        this.content = ByteBuffer.wrap(content);
    }

    @Override
    public RecordVersion version() {
        return version;
    }

    /** The bytes from a position; empty at or after the end. */
    private ByteBuffer from(long position, long count) throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        int start = (int) Math.min(position, content.limit());
        return content.slice(start, (int) Math.min(count, content.limit() - start));
    }

    @Override
    public int read(ByteBuffer bytes, long position) throws IOException {
        ByteBuffer part = from(position, bytes.remaining());
        bytes.put(part);
        return position >= content.limit() ? -1 : part.limit();
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
        ByteBuffer part = from(position, count);
        return part.hasRemaining() ? target.write(part) : 0;
    }

    @Override
    public void close() {
        closed = true;
    }
}
