package io.datahub.s3;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;

/**
 * The answer to a request without a large body, read from the connection by whoever wants the bytes. The JDK's newer client
 * passes each 16 KiB from the thread of its selector to one of its own and to the reader, which costs several times the
 * CPU. A read that makes no progress times out. Closing it early ends the connection. Not thread-safe.
 */
final class DirectAnswer extends BulkInputStream {

    /**
     * The largest body of a request, in bytes. Writing has no timeout, but so much fits into the buffer of a socket, even
     * if nothing arrives at the store.
     */
    static final int MAX_SENT_BYTES = 16 << 10;

    private final HttpURLConnection connection;
    private final Duration timeout;
    private final int status;
    private final InputStream body;

    /** How many bytes follow; negative if that isn't known. */
    private long left;

    private DirectAnswer(HttpURLConnection connection, Duration timeout, int status, InputStream body) {
        this.connection = connection;
        this.timeout = timeout;
        this.status = status;
        this.body = body;
        left = connection.getContentLengthLong();
    }

    /**
     * Sends the request and waits for the head of the answer.
     *
     * @param connection not connected yet
     * @param body at most {@link #MAX_SENT_BYTES}; empty if the request has none
     * @param timeout how long the connection may make no progress
     */
    static DirectAnswer start(HttpURLConnection connection, Optional<byte[]> body, Duration timeout)
            throws IOException {
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setReadTimeout((int) timeout.toMillis());
        try {
            if (body.isPresent()) {
                write(connection, body.get());
            }
            int status = connection.getResponseCode();
            if (status < 0) {
                throw new ProtocolException("the answer isn't HTTP");
            }
            InputStream answer = status >= 400 ? connection.getErrorStream() : connection.getInputStream();
            return new DirectAnswer(
                    connection, timeout, status, answer == null ? InputStream.nullInputStream() : answer);
        } catch (IOException e) {
            connection.disconnect();
            throw new IOException(
                    connection.getRequestMethod() + " " + connection.getURL() + ": "
                            + explained(e, timeout).getMessage(),
                    e);
        }
    }

    /** Sets the body, which is sent with the head, and once more if the store had closed the connection meanwhile. */
    private static void write(HttpURLConnection connection, byte[] body) throws IOException {
        connection.setDoOutput(true);
        try (OutputStream out = connection.getOutputStream()) {
            out.write(body);
        }
    }

    /** A timeout may pass, unlike an interruption, which Java's exception for it claims to be. */
    private static IOException explained(IOException failure, Duration timeout) {
        if (!(failure instanceof SocketTimeoutException)) {
            return failure;
        }
        HttpTimeoutException timedOut = new HttpTimeoutException("no progress for " + timeout.toMillis() + " ms");
        timedOut.initCause(failure);
        return timedOut;
    }

    int status() {
        return status;
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(connection.getHeaderField(name));
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
        try {
            int read = body.read(bytes, offset, count);
            left = read < 0 ? 0 : left - read;
            return read;
        } catch (IOException e) {
            throw explained(e, timeout);
        }
    }

    @Override
    public void close() throws IOException {
        if (left == 0) {
            body.close(); // the connection serves the next request
        } else {
            connection.disconnect();
        }
    }
}
