package io.datahub.test.memory;

import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.atomic.AtomicBoolean;

/** An open version whose bytes are in memory. Thread-safe. */
public final class MemoryReading implements Reading {

    private final RecordVersion version;
    private final byte[] content;
    private final Runnable onClose;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * Creates an open version.
     *
     * @param content its bytes, which must not be modified
     * @param onClose called once, when it is closed
     */
    public MemoryReading(RecordVersion version, byte[] content, Runnable onClose) {
        this.version = version;
        this.content = content;
        this.onClose = onClose;
    }

    @Override
    public RecordVersion version() {
        return version;
    }

    @Override
    public int read(ByteBuffer bytes, long position) throws IOException {
        ByteBuffer part = part(position, bytes.remaining());
        if (position >= content.length) {
            return -1;
        }
        int count = part.remaining();
        bytes.put(part);
        return count;
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
        return target.write(part(position, count));
    }

    private ByteBuffer part(long position, long count) throws IOException {
        if (closed.get()) {
            throw new ClosedChannelException();
        }
        if (position < 0 || count < 0) {
            throw new IllegalArgumentException("position " + position + ", count " + count);
        }
        int from = (int) Math.min(content.length, position);
        return ByteBuffer.wrap(content, from, (int) Math.min(content.length - from, count));
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            onClose.run();
        }
    }
}
