package io.datahub.validators;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;

/**
 * The bytes of a record on their way to a parser. Stops when the judgement's time is over, and when the parser takes in
 * too much without passing anything on: a tag or a comment of a gigabyte would fill the memory.
 */
final class ProgressInput extends FilterInputStream {

    /** How much a parser may hold of one tag, comment or section, with what it reads ahead. */
    static final int MOST_HELD = 1 << 20;

    private int held;

    ProgressInput(InputStream in) {
        super(in);
    }

    /** The parser has passed on what it held. */
    void passed() {
        held = 0;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("the time for this judgement is over");
        }
        if (held > MOST_HELD) {
            throw new TokenTooLongException();
        }
        int read = super.read(bytes, from, length);
        held += Math.max(0, read);
        return read;
    }

    /** A tag, comment or section is too long. */
    static final class TokenTooLongException extends IOException {
        private static final long serialVersionUID = 1L;

        TokenTooLongException() {
            super("a tag, comment or section is longer than " + MOST_HELD + " bytes; split it up");
        }
    }
}
