package io.datahub.cli.core;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a command prints: results on standard output, as text or as lines of JSON; everything else on standard error. UTF-8,
 * whatever the locale. Thread-safe: lines are never mixed.
 */
public final class Output {

    private final boolean json;
    private final PrintStream out =
            new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    private final PrintStream err =
            new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);

    /** @param json whether results are lines of JSON */
    public Output(boolean json) {
        this.json = json;
    }

    /** Whether results are lines of JSON. */
    public boolean isJson() {
        return json;
    }

    /** A result: in JSON as it is, otherwise as that text. */
    public synchronized void result(Object value, String text) {
        if (json) {
            out.println(Json.text(value));
        } else if (!text.isEmpty()) {
            out.println(text);
        }
        check();
    }

    /** Bytes on standard output, as they are. */
    public synchronized void bytes(byte[] bytes, int length) {
        out.write(bytes, 0, length);
        out.flush();
        check();
    }

    private void check() {
        if (out.checkError()) {
            throw new Failure(
                    Failure.FAILED, "standard output can't be written: its reader is gone, or the disk is full");
        }
    }

    /** A stream to standard output, for records. */
    public OutputStream stream() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length);
                if (out.checkError()) {
                    throw new IOException("standard output can't be written");
                }
            }
        };
    }

    /** A line about what happens, on standard error. */
    public synchronized void note(String text) {
        err.println("datahub: " + text);
    }

    /** An error, on standard error; with JSON also as an object there. */
    public synchronized void error(String subject, Failure failure) {
        if (json) {
            Map<String, Object> error = new LinkedHashMap<>();
            if (!subject.isEmpty()) {
                error.put("path", subject);
            }
            error.put("error", failure.getMessage());
            error.put("status", failure.httpStatus());
            error.put("exit", failure.exitStatus());
            err.println(Json.text(error));
        } else {
            err.println("datahub: " + (subject.isEmpty() ? "" : subject + ": ") + failure.getMessage());
        }
    }

    /** Raw text on standard error, for the progress line. */
    synchronized void progress(String text) {
        err.print(text);
        err.flush();
    }
}
