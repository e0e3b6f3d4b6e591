package io.datahub.cli.hub;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/** Where the bytes of a record go; closed after each attempt to fetch them. Not thread-safe. */
interface Sink extends Closeable {

    /** It can't be written: no attempt can help. */
    final class Unwritable extends IOException {
        private static final long serialVersionUID = 1L;

        Unwritable(IOException cause) {
            super(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
        }
    }

    /** How many bytes it has. */
    long position();

    /** Of which version they are, if that is known. */
    Optional<String> etag();

    /** Begins again, with a version. */
    void restart(Optional<String> etag) throws Unwritable;

    void write(byte[] bytes, int length) throws Unwritable;

    /** The SHA-256 of all its bytes, in hexadecimal; called once at the end. */
    String sha256();

    @Override
    void close() throws Unwritable;
}
