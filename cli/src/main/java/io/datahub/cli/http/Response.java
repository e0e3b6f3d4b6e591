package io.datahub.cli.http;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** A response whose body is read as a stream; to be closed, after which its connection serves the next request. */
public final class Response implements Closeable {

    private final int status;
    private final Map<String, String> headers;
    private final InputStream body;
    private boolean isRepeated;

    Response(int status, Map<String, String> headers, InputStream body) {
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    Response repeated(boolean value) {
        isRepeated = value;
        return this;
    }

    /** Whether the request was sent twice for it, since an idle connection was lost; the hub may have handled both. */
    public boolean isRepeated() {
        return isRepeated;
    }

    /** The status code. */
    public int status() {
        return status;
    }

    /** A header, by its lower-case name. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** The body; reading fails if the connection is cut before its end. */
    public InputStream body() {
        return body;
    }

    /** The whole body as text. */
    public String text() throws IOException {
        return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
