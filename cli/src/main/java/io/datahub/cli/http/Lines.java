package io.datahub.cli.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** Reads lines that end with CR LF, in ISO 8859-1 as RFC 9112 has it, of a bounded length. */
final class Lines {

    private static final int MAX_LENGTH = 65_536;

    private final InputStream in;

    Lines(InputStream in) {
        this.in = in;
    }

    String next() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the connection was closed");
            }
            if (line.length() == MAX_LENGTH) {
                throw new IOException("the response has a line of more than " + MAX_LENGTH + " bytes");
            }
            line.append((char) c);
        }
        int end = line.length();
        return end > 0 && line.charAt(end - 1) == '\r' ? line.substring(0, end - 1) : line.toString();
    }
}
