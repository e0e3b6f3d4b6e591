package io.datahub.ssh.scp;

import io.datahub.ssh.session.ClientException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Messages and answers of the protocol: lines of text, and bytes that acknowledge. */
final class ScpStreams {

    private static final int MAX_LINE_BYTES = 8_192;
    private static final int OK = 0;
    private static final int ERROR = 1;
    private static final int FATAL = 2;

    private final InputStream in;
    private final OutputStream out;

    ScpStreams(InputStream in, OutputStream out) {
        this.in = in;
        this.out = out;
    }

    InputStream in() {
        return in;
    }

    OutputStream out() {
        return out;
    }

    void acknowledge() throws IOException {
        out.write(OK);
        out.flush();
    }

    /** Sends an error; the peer shows it and goes on. */
    void error(String message) throws IOException {
        out.write(ERROR);
        line("scp: " + message);
    }

    /** Sends a line, after a message or as one. */
    void line(String text) throws IOException {
        out.write((text + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    /**
     * Reads the peer's answer.
     *
     * @return empty if it acknowledges, otherwise its error
     * @throws IOException if the peer has ended, or reports an error after which it can't go on
     */
    Optional<String> answer() throws IOException {
        int kind = in.read();
        return switch (kind) {
            case OK -> Optional.empty();
            case ERROR -> Optional.of(readLine(""));
            case FATAL -> throw new ClientException("the client gave up: " + readLine(""));
            case -1 -> throw new ClientException("the client ended its input too early");
            default -> throw new ClientException("the client doesn't speak the protocol of scp");
        };
    }

    /** Reads a message; empty at the end. */
    Optional<String> message() throws IOException {
        int first = in.read();
        return first < 0 ? Optional.empty() : Optional.of(readLine(String.valueOf((char) first)));
    }

    private String readLine(String before) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = in.read();
        while (next != '\n') {
            if (next < 0) {
                throw new ClientException("the client ended its input too early");
            }
            if (line.size() == MAX_LINE_BYTES) {
                throw new ClientException("the client sends a line of more than " + MAX_LINE_BYTES + " bytes");
            }
            line.write(next);
            next = in.read();
        }
        return before + line.toString(StandardCharsets.UTF_8);
    }
}
