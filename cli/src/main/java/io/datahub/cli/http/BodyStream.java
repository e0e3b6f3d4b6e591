package io.datahub.cli.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** The body of a response: of a known length, in chunks (RFC 9112, 7.1), or up to the end of the connection. */
final class BodyStream extends InputStream {

    static final long CHUNKED = -1;
    static final long TO_THE_END = -2;

    /** Where it comes from. */
    interface Source {

        /** All of it was read, and another response may follow. */
        void keep();

        /** Nothing more is read. */
        void close();
    }

    private final InputStream in;
    private final Lines lines;
    private final Source connection;
    private final boolean isKept;
    private final boolean chunked;
    private final boolean toTheEnd;

    /** Of the body, or of the current chunk. */
    private long remaining;

    private boolean begun;
    private boolean complete;
    private boolean closed;

    /**
     * @param length the number of bytes, or one of the constants
     * @param connection closed when the body is, unless all has been read
     * @param isKept whether it serves another request then
     */
    BodyStream(InputStream in, long length, Source connection, boolean isKept) {
        this.in = in;
        this.lines = new Lines(in);
        this.connection = connection;
        this.isKept = isKept;
        chunked = length == CHUNKED;
        toTheEnd = length == TO_THE_END;
        remaining = Math.max(length, 0);
        if (length == 0) {
            finish();
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (closed && !complete) {
            throw new IOException("closed");
        }
        if (chunked && remaining == 0 && !complete) {
            nextChunk();
        }
        if (complete) {
            return -1;
        }
        int count = in.read(bytes, offset, toTheEnd ? length : (int) Math.min(length, remaining));
        if (count < 0) {
            if (!toTheEnd) {
                throw new EOFException("the connection was cut in the middle of the response");
            }
            complete = true;
            connection.close();
            return -1;
        }
        if (!toTheEnd) {
            remaining -= count;
            if (remaining == 0 && !chunked) {
                finish();
            }
        }
        return count;
    }

    private void nextChunk() throws IOException {
        if (begun) {
            lines.next(); // the end of the last chunk
        }
        begun = true;
        String size = lines.next();
        int end = size.indexOf(';');
        try {
            remaining = Long.parseLong((end < 0 ? size : size.substring(0, end)).strip(), 16);
        } catch (NumberFormatException e) {
            throw new IOException("the response has a malformed chunk", e);
        }
        if (remaining == 0) {
            while (!lines.next().isEmpty()) {
                // trailers
            }
            finish();
        }
    }

    private void finish() {
        complete = true;
        if (isKept) {
            connection.keep();
        } else {
            connection.close();
        }
    }

    @Override
    public void close() throws IOException {
        if (!complete && !closed) {
            connection.close();
        }
        closed = true;
    }
}
