package io.datahub.jetty.web;

import io.datahub.api.record.Reading;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Optional;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.ProxyConnectionFactory.ProxyEndPoint;
import org.eclipse.jetty.server.Request;

/**
 * Bytes of a record on the way to a socket without being copied to this process, for HTTP/1.1 without TLS. The response
 * is written as always, but with buffers that only stand for the bytes: Jetty counts them, and the end point sends the
 * record's bytes in their place. So lengths, partial writes, idle timeouts and persistent connections are Jetty's
 * business as ever. One transfer per response. Used by one thread at a time.
 */
public final class RecordTransfer {

    /** The maximum size of a part. */
    public static final int MAX_PART_BYTES = 1024 * 1024;

    /** What all buffers share that stand for bytes; its content is never sent. */
    private static final ByteBuffer PLACEHOLDER =
            ByteBuffer.allocateDirect(MAX_PART_BYTES).asReadOnlyBuffer();

    /** An end point at a plain socket. */
    public interface Target extends EndPoint {

        /**
         * Sets whose bytes to send.
         *
         * @param transfer the transfer of the present response, or null at its end. Until then every flush must have a
         *     buffer that stands for bytes of it, or it fails
         */
        void setTransfer(RecordTransfer transfer);
    }

    private final Target target;
    private final Reading reading;
    private ByteBuffer part;
    private long position;

    private RecordTransfer(Target target, Reading reading) {
        this.target = target;
        this.reading = reading;
    }

    /** A transfer to the client of a request; empty if its bytes have to be encrypted or framed. */
    public static Optional<RecordTransfer> of(Request request, Reading reading) {
        HttpVersion version = request.getConnectionMetaData().getHttpVersion();
        if (version != HttpVersion.HTTP_1_1 && version != HttpVersion.HTTP_1_0) {
            return Optional.empty();
        }
        EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
        EndPoint socket = endPoint instanceof ProxyEndPoint proxied ? proxied.unwrap() : endPoint;
        return socket instanceof Target target ? Optional.of(new RecordTransfer(target, reading)) : Optional.empty();
    }

    /**
     * Begins to send a part, which has to be written as the last buffer of the next write.
     *
     * @param from the first byte of the record
     * @param length at most {@link #MAX_PART_BYTES}
     * @return a buffer that stands for these bytes
     */
    public ByteBuffer begin(long from, int length) {
        position = from;
        part = PLACEHOLDER.slice(0, length);
        target.setTransfer(this);
        return part;
    }

    /**
     * Ends the part after a write that has succeeded; does nothing if there is none.
     *
     * @throws IOException if its bytes weren't sent
     */
    public void end() throws IOException {
        ByteBuffer sent = part;
        close();
        if (sent != null && sent.hasRemaining()) {
            throw new IOException("the bytes of a response were not sent");
        }
    }

    /** Ends the transfer, however it went. The caller closes the reading. */
    public void close() {
        part = null;
        target.setTransfer(null);
    }

    /** Whether the buffer stands for bytes of this transfer. */
    @SuppressWarnings("ReferenceEquality")
    public boolean contains(ByteBuffer buffer) {
        return buffer == part;
    }

    /**
     * Sends bytes of the part until it ends or the socket accepts no more at present.
     *
     * @return the number of bytes sent
     * @throws EofException if the client is gone
     * @throws IOException if the record can't be read
     */
    public long sendTo(WritableByteChannel socket) throws IOException {
        long sent = 0;
        while (part.hasRemaining()) {
            long count = transferTo(socket);
            if (count == 0) {
                requireReadable();
                break;
            }
            sent += count;
            position += count;
            part.position(part.position() + (int) count);
        }
        return sent;
    }

    private long transferTo(WritableByteChannel socket) throws IOException {
        try {
            return reading.transferTo(position, part.remaining(), socket);
        } catch (IOException e) {
            requireReadable();
            throw new EofException(e);
        }
    }

    /** Requires that the next byte can be read, so that it is the socket which accepts none. */
    private void requireReadable() throws IOException {
        if (reading.read(ByteBuffer.allocate(1), position) < 0) {
            throw new EOFException(reading.version().path() + " ends at byte " + position
                    + ": it was truncated while it was being read");
        }
    }
}
