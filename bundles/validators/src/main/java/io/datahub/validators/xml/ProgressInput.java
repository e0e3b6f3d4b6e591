package io.datahub.validators.xml;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;

/**
 * The input of a parser. Fails when the thread is interrupted, and when the parser consumes too much input without
 * reporting anything: a tag or comment of a gigabyte would fill the memory.
 */
final class ProgressInput extends FilterInputStream {

    /** The maximum number of bytes that a parser may buffer for a tag, comment or section, including its read-ahead. */
    static final int MAX_BUFFERED = 1 << 20;

    private int buffered;

    ProgressInput(InputStream in) {
        super(in);
    }

    /** Resets the count because the parser has reported what it buffered. */
    void progressed() {
        buffered = 0;
    }

    @Override
    public int read() throws IOException {
        byte[] buffer = new byte[1];
        return read(buffer, 0, 1) < 0 ? -1 : buffer[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("the time limit of this validation is exceeded");
        }
        if (buffered > MAX_BUFFERED) {
            throw new TokenTooLongException();
        }
        int read = super.read(bytes, from, length);
        buffered += Math.max(0, read);
        return read;
    }

    /** A tag, comment or section is too long. */
    static final class TokenTooLongException extends IOException {
        private static final long serialVersionUID = 1L;

        TokenTooLongException() {
            super("a tag, comment or section is longer than " + MAX_BUFFERED + " bytes; split it up");
        }
    }
}
