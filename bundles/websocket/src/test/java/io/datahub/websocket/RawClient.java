package io.datahub.websocket;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A WebSocket client that can also violate the protocol. */
final class RawClient implements AutoCloseable {

    static final int FIN = 0x80;
    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    /** Represents a close frame without a code (RFC 6455, 7.1.5). */
    static final int NO_CODE = 1005;

    private static final byte[] MASK = {0x5a, (byte) 0xf0, 0, 0x17};

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final String status;
    private final StringBuilder headers = new StringBuilder();

    /** A received frame. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Frame(int opCode, boolean fin, byte[] payload) {

        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        int closeCode() {
            return payload.length == 0 ? NO_CODE : (payload[0] & 0xff) << 8 | (payload[1] & 0xff);
        }
    }

    /** Connects with a query. */
    static RawClient withQuery(int port, String query, String... headerLines) throws IOException {
        return new RawClient(port, "13", "/events?" + query, headerLines);
    }

    RawClient(int port, String... headerLines) throws IOException {
        this(port, "13", headerLines);
    }

    RawClient(int port, String version, String[] headerLines) throws IOException {
        this(port, version, "/events", headerLines);
    }

    private RawClient(int port, String version, String target, String[] headerLines) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(30_000);
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
        String request = "GET " + target + " HTTP/1.1\r\nHost: localhost:" + port
                + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: " + version
                + "\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + String.join(
                        "",
                        List.of(headerLines).stream().map(line -> line + "\r\n").toList())
                + "\r\n";
        out.write(request.getBytes(StandardCharsets.UTF_8));
        status = line();
        for (String header = line(); !header.isEmpty(); header = line()) {
            headers.append(header).append('\n');
        }
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.readUnsignedByte(); c != '\n'; c = in.readUnsignedByte()) {
            if (c != '\r') {
                line.write(c);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    /** The status code of the response to the upgrade. */
    int status() {
        return Integer.parseInt(status.split(" ", -1)[1]);
    }

    String headers() {
        return headers.toString();
    }

    void send(String text) throws IOException {
        send(TEXT, true, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends one frame. */
    void send(int opCode, boolean fin, byte[] payload) throws IOException {
        raw(frame((fin ? FIN : 0) | opCode, payload));
    }

    /** The bytes of one frame with these first bits, masked. */
    static byte[] frame(int first, byte[] payload) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream(payload.length + 14);
        frame.write(first);
        if (payload.length < 126) {
            frame.write(0x80 | payload.length);
        } else if (payload.length < 65536) {
            frame.write(0x80 | 126);
            frame.write(payload.length >> 8);
            frame.write(payload.length);
        } else {
            frame.write(0x80 | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                frame.write((int) ((long) payload.length >> shift));
            }
        }
        frame.writeBytes(MASK);
        byte[] masked = payload.clone();
        for (int i = 0; i < masked.length; i++) {
            masked[i] ^= MASK[i & 3];
        }
        frame.writeBytes(masked);
        return frame.toByteArray();
    }

    /** Sends raw bytes. */
    void raw(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    /** The next frame of any kind. */
    Frame next() throws IOException {
        int first = in.readUnsignedByte();
        long length = in.readUnsignedByte();
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        byte[] payload = new byte[(int) length];
        in.readFully(payload);
        return new Frame(first & 15, (first & 0x80) != 0, payload);
    }

    /** The text of the next message, assembled from its frames. */
    String text() throws IOException {
        return new String(message(), StandardCharsets.UTF_8);
    }

    /** The next message, assembled from its frames. */
    byte[] message() throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        while (true) {
            Frame frame = next();
            if (frame.opCode() == CLOSE) {
                throw new IOException("closed with " + frame.closeCode());
            }
            message.writeBytes(frame.payload());
            if (frame.fin()) {
                return message.toByteArray();
            }
        }
    }

    /** Skips frames until the close frame and returns its code. */
    int closeCode() throws IOException {
        while (true) {
            Frame frame = next();
            if (frame.opCode() == CLOSE) {
                return frame.closeCode();
            }
        }
    }

    /** Discards data until the connection is closed. */
    void awaitEnd() throws IOException {
        try {
            in.skipNBytes(Long.MAX_VALUE);
        } catch (EOFException | SocketException e) {
            return;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
