package io.datahub.jetty.server;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Sends raw HTTP/2 frames without TLS, for cases that no client library can produce. */
public final class Http2Wire implements AutoCloseable {

    public static final int HEADERS = 1;
    public static final int RST_STREAM = 3;
    public static final int SETTINGS = 4;
    public static final int GOAWAY = 7;
    public static final int WINDOW_UPDATE = 8;

    private static final int HEADER_BYTES = 9;

    private final Socket socket;
    private final DataInputStream in;

    /** A frame; of type -1 if the server has closed the connection. */
    public record Frame(int type, ByteBuffer payload) {}

    public Http2Wire(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        in = new DataInputStream(socket.getInputStream());
    }

    /** Sends the connection preface with empty settings. */
    public void preface() throws IOException {
        socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        send(SETTINGS, 1, new byte[0]);
    }

    /** Sends the same frame on stream 0 {@code count} times. */
    public void send(int type, int count, byte... payload) throws IOException {
        ByteBuffer frames = ByteBuffer.allocate(count * (HEADER_BYTES + payload.length));
        for (int i = 0; i < count; i++) {
            frames.put((byte) 0).putShort((short) payload.length);
            frames.put((byte) type).put((byte) 0).putInt(0).put(payload);
        }
        socket.getOutputStream().write(frames.array());
    }

    /**
     * Sends the head of a request on stream 1, without its body. Names and values alternate and are shorter than 127
     * bytes.
     */
    public void head(String... fields) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(1024);
        for (int i = 0; i < fields.length; i += 2) {
            block.put((byte) 0); // literal header field without indexing (RFC 7541, 6.2.2)
            for (String text : List.of(fields[i], fields[i + 1])) {
                block.put((byte) text.length()).put(text.getBytes(StandardCharsets.US_ASCII));
            }
        }
        ByteBuffer frame = ByteBuffer.allocate(HEADER_BYTES + block.position());
        frame.put((byte) 0).putShort((short) block.position());
        frame.put((byte) HEADERS).put((byte) 4).putInt(1).put(block.flip());
        socket.getOutputStream().write(frame.array());
    }

    public Frame frame() throws IOException {
        try {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            in.skipNBytes(HEADER_BYTES - 4);
            return new Frame(type, ByteBuffer.wrap(in.readNBytes(length)));
        } catch (EOFException e) {
            return new Frame(-1, ByteBuffer.allocate(0));
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
