package io.datahub.benchmarks;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A blocking ZMTP 3.0 client with PLAIN, or NULL if the token is empty, with little overhead so that the broker is what is
 * measured. For one thread.
 */
final class ZmtpPeer implements Closeable {

    private static final int GREETING_BYTES = 64;
    private static final int COMMAND = 4;
    private static final int LONG = 2;
    private static final int MORE = 1;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final byte[] buffer = new byte[262_144];
    private int read;
    private int filled;

    /** @throws IOException if the connection or the authentication fails */
    ZmtpPeer(String host, int port, String user, String token, String socketType) throws IOException {
        socket = new Socket(host, port);
        socket.setTcpNoDelay(true);
        in = socket.getInputStream();
        out = socket.getOutputStream();
        ByteBuffer greeting = ByteBuffer.allocate(GREETING_BYTES);
        greeting.put((byte) 0xff)
                .position(9)
                .put((byte) 0x7f)
                .put((byte) 3)
                .put((byte) 0)
                .put(ascii(token.isEmpty() ? "NULL" : "PLAIN"));
        out.write(greeting.array());
        DataInputStream responses = new DataInputStream(in);
        responses.readFully(new byte[GREETING_BYTES]);
        if (!token.isEmpty()) {
            command("HELLO", shortText(user), shortText(token));
            expect(responses, "WELCOME");
        }
        byte[] type = ascii(socketType);
        command(
                token.isEmpty() ? "READY" : "INITIATE",
                shortText("Socket-Type"),
                ByteBuffer.allocate(4 + type.length)
                        .putInt(type.length)
                        .put(type)
                        .array());
        expect(responses, "READY");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] shortText(String text) {
        byte[] bytes = ascii(text);
        return ByteBuffer.allocate(1 + bytes.length)
                .put((byte) bytes.length)
                .put(bytes)
                .array();
    }

    private void command(String name, byte[]... fields) throws IOException {
        ByteBuffer command = ByteBuffer.allocate(1_024);
        command.position(2);
        command.put(shortText(name));
        for (byte[] field : fields) {
            command.put(field);
        }
        command.put(0, (byte) COMMAND).put(1, (byte) (command.position() - 2));
        out.write(command.array(), 0, command.position());
    }

    private static void expect(DataInputStream responses, String name) throws IOException {
        responses.readByte();
        byte[] body = new byte[responses.readUnsignedByte()];
        responses.readFully(body);
        if (!new String(body, 1, Math.min(name.length(), body.length - 1), StandardCharsets.US_ASCII).equals(name)) {
            throw new IOException("the broker doesn't let the user in");
        }
    }

    /** Encodes a message of two frames. */
    static byte[] message(byte[] topic, byte[] payload) {
        ByteBuffer message = ByteBuffer.allocate(topic.length + payload.length + 18);
        message.put((byte) MORE).put((byte) topic.length).put(topic);
        if (payload.length > 255) {
            message.put((byte) LONG).putLong(payload.length);
        } else {
            message.put((byte) 0).put((byte) payload.length);
        }
        message.put(payload);
        byte[] bytes = new byte[message.position()];
        message.get(0, bytes);
        return bytes;
    }

    void subscribe(String prefix) throws IOException {
        byte[] bytes = ascii(prefix);
        out.write(ByteBuffer.allocate(3 + bytes.length)
                .put((byte) 0)
                .put((byte) (1 + bytes.length))
                .put((byte) 1)
                .put(bytes)
                .array());
    }

    /** Writes any number of messages encoded by {@link #message}. */
    void write(byte[] messages) throws IOException {
        out.write(messages);
    }

    /** Receives messages. */
    interface Receiver {

        /** Called for each message with the first eight bytes of its payload. */
        void message(long firstBytes);
    }

    /** Reads once and delivers the messages that are complete. Their payloads must have at least eight bytes. */
    void read(Receiver receiver) throws IOException {
        int count = in.read(buffer, filled, buffer.length - filled);
        if (count < 0) {
            throw new IOException("the hub has closed the connection");
        }
        filled += count;
        ByteBuffer bytes = ByteBuffer.wrap(buffer);
        while (filled - read >= 2) {
            int flags = buffer[read];
            int header = (flags & LONG) == 0 ? 2 : 9;
            if (filled - read < header) {
                break;
            }
            long length = header == 2 ? buffer[read + 1] & 0xff : bytes.getLong(read + 1);
            if (filled - read < header + length) {
                break;
            }
            if ((flags & (MORE | COMMAND)) == 0) {
                receiver.message(bytes.getLong(read + header));
            }
            read += header + (int) length;
        }
        System.arraycopy(buffer, read, buffer, 0, filled - read);
        filled -= read;
        read = 0;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
