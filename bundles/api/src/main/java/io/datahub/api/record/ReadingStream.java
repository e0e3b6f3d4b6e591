package io.datahub.api.record;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** The bytes of an open version, from the beginning. */
final class ReadingStream extends InputStream {

    private final Source source;
    private final long size;
    private final Closeable closing;
    private long position;

    /** Bytes at positions. */
    interface Source {
        int read(ByteBuffer bytes, long position) throws IOException;
    }

    /** @param closing closed with the stream */
    ReadingStream(Source source, long size, Closeable closing) {
        this.source = source;
        this.size = size;
        this.closing = closing;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        int count = source.read(ByteBuffer.wrap(bytes, offset, length), position);
        position += Math.max(0, count);
        return count;
    }

    @Override
    public long skip(long count) {
        long skipped = Math.max(0, Math.min(count, size - position));
        position += skipped;
        return skipped;
    }

    @Override
    public int available() {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(0, size - position));
    }

    @Override
    public void close() throws IOException {
        closing.close();
    }
}
