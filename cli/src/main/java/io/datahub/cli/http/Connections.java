package io.datahub.cli.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.SocketFactory;

/** Sends requests to one hub, over connections that are kept for the next ones. Thread-safe. */
public final class Connections {

    private static final int CONNECT_MILLIS = 10_000;

    /** The hub closes idle connections after half a minute. */
    private static final Duration MAX_IDLE = Duration.ofSeconds(10);

    private final Origin origin;
    private final Trust trust;
    private final Deque<Connection> idle = new ArrayDeque<>();

    /** Takes a connection that serves the next request. */
    private final Consumer<Connection> keep = new Consumer<>() {
        @Override
        public void accept(Connection connection) {
            synchronized (idle) {
                idle.push(connection);
            }
        }
    };

    /**
     * Connects to nothing yet.
     *
     * @param origin the hub
     * @param trust which certificates are accepted
     */
    public Connections(Origin origin, Trust trust) {
        this.origin = origin;
        this.trust = trust;
    }

    /** The hub. */
    public Origin origin() {
        return origin;
    }

    /**
     * Sends a request and reads the head of the response.
     *
     * @param token the user's
     * @throws IOException if the hub can't be reached, or the connection is lost
     */
    public Response send(Request request, Optional<String> token) throws IOException {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Host", origin.authority());
        if (token.isPresent()) {
            headers.put("Authorization", "Bearer " + token.get());
        }
        headers.put("User-Agent", "datahub-cli");
        headers.put("Accept", "*/*");
        headers.putAll(request.headers());
        for (boolean isRepeated = false; ; isRepeated = true) {
            Connection connection = connection();
            try {
                return connection.exchange(request, headers).repeated(isRepeated);
            } catch (Connection.Stale e) {
                connection.close();
                if (!request.isIdempotent() || !request.isRepeatable()) {
                    throw e;
                }
            } catch (IOException | RuntimeException e) {
                connection.close();
                throw e;
            }
        }
    }

    private Connection connection() throws IOException {
        synchronized (idle) {
            while (!idle.isEmpty()) {
                Connection kept = idle.pop();
                if (System.nanoTime() - kept.idleSince() < MAX_IDLE.toNanos()) {
                    return kept;
                }
                kept.close();
            }
        }
        Socket socket = SocketFactory.getDefault().createSocket();
        socket.setTcpNoDelay(true);
        try {
            InetSocketAddress address = new InetSocketAddress(origin.host(), origin.port());
            if (address.isUnresolved()) {
                throw new IOException("there is no host " + origin.host());
            }
            socket.connect(address, CONNECT_MILLIS);
            socket.setSoTimeout(CONNECT_MILLIS);
            return new Connection(origin.isTls() ? trust.secure(socket, origin) : socket, keep);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
