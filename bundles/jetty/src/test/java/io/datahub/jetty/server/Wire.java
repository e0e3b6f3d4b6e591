package io.datahub.jetty.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** Sends raw HTTP, for requests that no client library can produce. */
public final class Wire {

    private Wire() {}

    /** Sends the text, each piece as a separate segment, and reads until the server closes the connection. */
    public static String send(int port, String... pieces) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.setTcpNoDelay(true);
            for (String piece : pieces) {
                socket.getOutputStream().write(piece.getBytes(StandardCharsets.ISO_8859_1));
                socket.getOutputStream().flush();
            }
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /**
     * The data received before the server closes the connection, possibly with a reset because it hasn't read
     * everything.
     */
    public static String untilClosed(int port, String text) throws IOException {
        StringBuilder all = new StringBuilder();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            for (int next = socket.getInputStream().read();
                    next >= 0;
                    next = socket.getInputStream().read()) {
                all.append((char) next);
            }
        } catch (SocketException e) {
            return all.toString();
        }
        return all.toString();
    }

    /** Sends a GET request with {@code Connection: close} for this target. */
    public static String get(int port, String target, String... headers) throws IOException {
        StringBuilder text =
                new StringBuilder("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        for (String header : headers) {
            text.append(header).append("\r\n");
        }
        return send(port, text + "\r\n");
    }
}
