package io.datahub.zeromq.zmtp;

import io.datahub.api.event.EventWriter;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A ZMTP peer over a plain blocking socket, which can also violate the protocol. */
public final class RawPeer implements AutoCloseable {

    private static final int TIMEOUT_MILLIS = 20_000;

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private final OutputStream out;

    public RawPeer(InetSocketAddress address) throws IOException {
        socket.connect(address);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
        out = socket.getOutputStream();
    }

    /** A complete greeting. */
    public static byte[] greeting(int major, int minor, String mechanism) {
        byte[] greeting = new byte[64];
        greeting[0] = (byte) 0xff;
        greeting[9] = 0x7f;
        greeting[10] = (byte) major;
        greeting[11] = (byte) minor;
        byte[] name = mechanism.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(name, 0, greeting, 12, name.length);
        return greeting;
    }

    public static byte[] hello(String user, String token) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (String field : List.of(user, token)) {
            body.write(field.length());
            body.writeBytes(field.getBytes(StandardCharsets.UTF_8));
        }
        return command("HELLO", body.toByteArray());
    }

    public static byte[] command(String name, byte[] body) {
        ByteBuffer frame = Command.frame(name, body);
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        return bytes;
    }

    public static byte[] metadata(String command, String socketType) {
        return command(command, Metadata.of(Metadata.SOCKET_TYPE, socketType).bytes());
    }

    public static byte[] message(String... frames) {
        byte[][] bytes = new byte[frames.length][];
        for (int i = 0; i < frames.length; i++) {
            bytes[i] = frames[i].getBytes(StandardCharsets.UTF_8);
        }
        return EventWriter.write(bytes).array();
    }

    public void logIn(String user, String token, String socketType) throws IOException {
        logIn(user, token, socketType, 0);
    }

    public void logIn(String user, String token, String socketType, int minor) throws IOException {
        send(greeting(3, minor, "PLAIN"));
        receive(64);
        send(hello(user, token));
        expect("WELCOME");
        send(metadata("INITIATE", socketType));
        expect("READY");
    }

    private void expect(String command) throws IOException {
        String actual = frame();
        if (!actual.startsWith((char) command.length() + command)) {
            throw new IOException(command + " was expected, but it was " + actual);
        }
    }

    public void send(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    public void subscribe(String prefix) throws IOException {
        send(message("\u0001" + prefix));
    }

    public byte[] receive(int length) throws IOException {
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }

    /** The body of the next frame, as text. */
    public String frame() throws IOException {
        return text(frame(new boolean[1]));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private byte[] frame(boolean[] more) throws IOException {
        int flags = in.read();
        if (flags < 0) {
            throw new EOFException();
        }
        more[0] = (flags & 1) != 0;
        return receive((flags & 2) != 0 ? (int) in.readLong() : in.readUnsignedByte());
    }

    /** The frames of the next message, as text. */
    public List<String> message() throws IOException {
        return rawMessage().stream().map(RawPeer::text).toList();
    }

    /** The frames of the next message. */
    public List<byte[]> rawMessage() throws IOException {
        List<byte[]> frames = new ArrayList<>();
        boolean[] more = {true};
        while (more[0]) {
            frames.add(frame(more));
        }
        return frames;
    }

    /** Reads until the hub closes the connection; returns the bytes received. */
    public byte[] untilClosed() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            in.transferTo(all);
        } catch (SocketException e) {
            // connection reset: closed as well
        }
        return all.toByteArray();
    }

    /** Whether the connection is still open, as far as it shows without waiting. */
    public boolean isOpen() throws IOException {
        int before = socket.getSoTimeout();
        socket.setSoTimeout(1);
        try {
            in.mark(1);
            int next = in.read();
            in.reset();
            return next >= 0;
        } catch (SocketTimeoutException e) {
            return true;
        } finally {
            socket.setSoTimeout(before);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
