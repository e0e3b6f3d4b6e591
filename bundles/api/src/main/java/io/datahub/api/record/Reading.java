package io.datahub.api.record;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import org.osgi.annotation.versioning.ProviderType;

/**
 * An open version of a record. Its content doesn't change, even if the record is overwritten, moved or deleted
 * concurrently, until it is closed. Thread-safe: it has no position of its own, so several threads may read at once.
 * Methods may block on the medium. Interrupting a thread that is reading may close the reading for all threads.
 */
@ProviderType
public interface Reading extends AutoCloseable {

    /**
     * The version that was opened.
     *
     * @return the version; its size is the number of bytes that can be read
     */
    RecordVersion version();

    /**
     * Reads some bytes from a position.
     *
     * @param bytes where they are put: up to as many as remain in it, at least one unless nothing remains
     * @param position the first byte to read, from 0
     * @return the number of bytes read, or -1 if the position is at or after the end
     * @throws IOException if the medium failed, or this reading is closed
     */
    int read(ByteBuffer bytes, long position) throws IOException;

    /**
     * Reads as many bytes from a position as remain in the buffer.
     *
     * @param bytes filled completely
     * @param position the first byte to read, from 0
     * @throws EOFException if the version has fewer bytes, for instance since its file was truncated outside the hub
     * @throws IOException if the medium failed, or this reading is closed
     */
    default void readFully(ByteBuffer bytes, long position) throws IOException {
        long next = position;
        while (bytes.hasRemaining()) {
            int count = read(bytes, next);
            if (count < 0) {
                throw new EOFException(
                        version().path() + " ends at byte " + next + ": it was truncated while it was being read");
            }
            next += count;
        }
    }

    /**
     * Sends bytes to a channel, without copying them to this process where the medium and the channel allow it.
     *
     * @param position the first byte to send, from 0
     * @param count the maximum number of bytes to send, at least 0
     * @param target the channel
     * @return the number of bytes sent; fewer than {@code count}, or 0, at the end of the version or if the channel is
     *     non-blocking and accepts no more at present
     * @throws IOException if the medium or the channel failed, or this reading is closed
     */
    long transferTo(long position, long count, WritableByteChannel target) throws IOException;

    /**
     * The bytes from the beginning. Not thread-safe.
     *
     * @return a stream; closing it closes this reading, and the other way round
     */
    default InputStream stream() {
        return new ReadingStream(this::read, version().size(), this::close);
    }

    @Override
    void close() throws IOException;
}
