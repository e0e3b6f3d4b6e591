package io.datahub.cli.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The body of a request. */
public interface Body {

    /** The number of bytes, or -1 if that isn't known before they are sent. */
    long length();

    /** Whether it can be sent again. */
    boolean isRepeatable();

    /**
     * Writes all of it.
     *
     * @throws IOException if it can't be read or sent
     */
    void writeTo(OutputStream out) throws IOException;

    /** Bytes in memory. */
    static Body of(byte[] bytes) {
        return of(bytes, 0, bytes.length);
    }

    /** Some of the bytes in memory. */
    static Body of(byte[] bytes, int offset, int length) {
        return new Body() {
            @Override
            public long length() {
                return length;
            }

            @Override
            public boolean isRepeatable() {
                return true;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                out.write(bytes, offset, length);
            }
        };
    }

    /** A file of a known size. */
    static Body of(Path file, long size) {
        return new Body() {
            @Override
            public long length() {
                return size;
            }

            @Override
            public boolean isRepeatable() {
                return true;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                try (InputStream in = Files.newInputStream(file)) {
                    in.transferTo(out);
                }
            }
        };
    }

    /** A stream, which can be sent once. */
    static Body of(InputStream in) {
        return new Body() {
            @Override
            public long length() {
                return -1;
            }

            @Override
            public boolean isRepeatable() {
                return false;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                in.transferTo(out);
            }
        };
    }
}
