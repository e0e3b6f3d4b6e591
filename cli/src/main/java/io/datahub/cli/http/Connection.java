package io.datahub.cli.http;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** One connection to a hub, for one request at a time. Not thread-safe. */
final class Connection implements BodyStream.Source, Closeable {

    private static final int BUFFER = 65_536;

    /** Larger bodies wait for the hub's consent first. */
    private static final long ASK_FIRST = 1 << 20;

    private static final int CONSENT_MILLIS = 2_000;
    private static final int FIRST_FINAL = 200;
    private static final int MAX_DIGITS = 18;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final Consumer<Connection> reuse;
    private long idleSince;
    private boolean isReused;

    Connection(Socket socket, Consumer<Connection> reuse) throws IOException {
        this.socket = socket;
        this.reuse = reuse;
        in = new BufferedInputStream(socket.getInputStream(), BUFFER);
        out = new BufferedOutputStream(socket.getOutputStream(), BUFFER);
    }

    /** Since when it has been idle; see {@link System#nanoTime}. */
    long idleSince() {
        return idleSince;
    }

    /** Whether it has served a request, so that the hub may have closed it in the meantime. */
    boolean isReused() {
        return isReused;
    }

    /** The hub closed the connection before it sent one byte of a response. */
    static final class Stale extends IOException {
        private static final long serialVersionUID = 1L;

        Stale(IOException cause) {
            super("the hub closed the connection", cause);
        }
    }

    /** The hub has answered before it got the whole body. */
    private static final class AnsweredEarly extends IOException {
        private static final long serialVersionUID = 1L;
    }

    Response exchange(Request request, Map<String, String> headers) throws IOException {
        socket.setSoTimeout((int) request.patience().toMillis());
        boolean sent = true;
        try {
            send(request, headers);
        } catch (AnsweredEarly e) {
            sent = false;
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            // The hub may have refused the body and closed: its reason is worth more than "broken pipe".
            if (!hasResponse(Duration.ofSeconds(1), request.patience())) {
                throw isReused ? new Stale(e) : e;
            }
            sent = false;
        }
        return receive(request, sent);
    }

    private void send(Request request, Map<String, String> headers) throws IOException {
        StringBuilder head = new StringBuilder(request.method() + " " + request.target() + " HTTP/1.1\r\n");
        for (Map.Entry<String, String> header : headers.entrySet()) {
            head.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
        }
        Body body = request.body().orElse(null);
        boolean ask = body != null && (body.length() < 0 || body.length() > ASK_FIRST);
        if (body != null) {
            head.append(body.length() < 0 ? "Transfer-Encoding: chunked" : "Content-Length: " + body.length());
            head.append(ask ? "\r\nExpect: 100-continue\r\n" : "\r\n");
        } else if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            head.append("Content-Length: 0\r\n");
        }
        out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        if (ask) {
            out.flush();
            awaitConsent(request.patience());
        }
        if (body != null && body.length() < 0) {
            ChunkedOutput chunks = new ChunkedOutput(new Watched());
            body.writeTo(chunks);
            chunks.finish();
        } else if (body != null) {
            body.writeTo(body.length() > ASK_FIRST ? new Watched() : out);
        }
        out.flush();
    }

    /** A body that the hub has refused needn't be sent to its end. */
    private final class Watched extends FilterOutputStream {

        Watched() {
            super(Connection.this.out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (in.available() > 0) {
                readInterim();
            }
            out.write(bytes, offset, length);
        }
    }

    private void awaitConsent(Duration patience) throws IOException {
        if (hasResponse(Duration.ofMillis(CONSENT_MILLIS), patience)) {
            readInterim();
        }
    }

    /** Reads the hub's consent, which may also come while the body is sent. */
    private void readInterim() throws IOException {
        in.mark(BUFFER);
        Lines lines = new Lines(in);
        if (status(lines.next()) >= FIRST_FINAL) {
            in.reset();
            throw new AnsweredEarly();
        }
        while (!lines.next().isEmpty()) {
            // its headers
        }
    }

    /** Whether the first byte of a response is there, or comes in this time. */
    private boolean hasResponse(Duration time, Duration patience) {
        try {
            socket.setSoTimeout((int) time.toMillis());
            in.mark(1);
            try {
                if (in.read() < 0) {
                    return false;
                }
            } finally {
                socket.setSoTimeout((int) patience.toMillis());
            }
            in.reset();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private Response receive(Request request, boolean sent) throws IOException {
        Lines lines = new Lines(in);
        int status;
        Map<String, String> headers;
        do {
            status = status(firstLine(lines));
            headers = headers(lines);
        } while (status < FIRST_FINAL);
        boolean isKept = sent && !"close".equalsIgnoreCase(headers.get("connection"));
        long length = length(request, status, headers);
        return new Response(status, headers, new BodyStream(in, length, this, isKept));
    }

    private String firstLine(Lines lines) throws IOException {
        in.mark(1);
        try {
            if (in.read() < 0) {
                throw new IOException("the connection was closed");
            }
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            throw isReused ? new Stale(e) : e;
        }
        in.reset();
        return lines.next();
    }

    /** A response was read to its end: the connection serves the next request. */
    @Override
    public void keep() {
        isReused = true;
        idleSince = System.nanoTime();
        reuse.accept(this);
    }

    private static int status(String line) throws IOException {
        boolean isStatusLine = (line.startsWith("HTTP/1.1 ") || line.startsWith("HTTP/1.0 "))
                && line.length() >= 12
                && isNumber(line, 9, 12)
                && (line.length() == 12 || line.charAt(12) == ' ');
        if (!isStatusLine) {
            throw new IOException("the response isn't HTTP");
        }
        return Integer.parseInt(line.substring(9, 12));
    }

    private static Map<String, String> headers(Lines lines) throws IOException {
        Map<String, String> headers = new TreeMap<>();
        for (String line = lines.next(); !line.isEmpty(); line = lines.next()) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
                String value = line.substring(colon + 1).strip();
                String before = headers.put(name, value);
                if (before != null) {
                    headers.put(name, before + ", " + value);
                }
            }
        }
        return headers;
    }

    private static long length(Request request, int status, Map<String, String> headers) throws IOException {
        if (request.method().equals("HEAD") || status == NO_CONTENT || status == NOT_MODIFIED) {
            return 0;
        }
        if (headers.getOrDefault("transfer-encoding", "")
                .toLowerCase(Locale.ROOT)
                .endsWith("chunked")) {
            return BodyStream.CHUNKED;
        }
        String length = headers.get("content-length");
        if (length == null) {
            return BodyStream.TO_THE_END;
        }
        if (length.isEmpty() || length.length() > MAX_DIGITS || !isNumber(length, 0, length.length())) {
            throw new IOException("the response has a malformed Content-Length");
        }
        return Long.parseLong(length);
    }

    /** Whether these characters are digits; a regular expression would be compiled for each response. */
    private static boolean isNumber(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no further use either way.
        }
    }
}
