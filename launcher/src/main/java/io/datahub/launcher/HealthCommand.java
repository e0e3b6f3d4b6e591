package io.datahub.launcher;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Checks whether a hub is ready. Uses a plain socket, which is cheap to start and doesn't depend on the framework's URL
 * handlers.
 */
final class HealthCommand {

    private static final int TIMEOUT_MILLIS = 2_000;

    private HealthCommand() {}

    /** Returns the HTTP status of {@code /health/ready}, or 0 if there was no response within two seconds. */
    static int status(String host, int port) {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
            String request = "GET /health/ready HTTP/1.1\r\nHost: " + HubAddress.authority(host, port)
                    + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return parseStatus(
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                            .readLine());
        } catch (IOException e) {
            return 0;
        }
    }

    private static int parseStatus(String line) {
        String[] words = line == null ? new String[0] : line.split(" ", 3);
        return words.length > 1 && words[1].matches("\\d{3}") ? Integer.parseInt(words[1]) : 0;
    }
}
