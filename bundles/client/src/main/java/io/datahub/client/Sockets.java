package io.datahub.client;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.zeromq.SocketType;
import org.zeromq.ZEvent;
import org.zeromq.ZMQ;

/** The sockets of one client: all connect to the same hub with the same credentials. Thread-safe. */
final class Sockets implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Sockets.class.getName());

    /** JeroMQ 0.6.0 sometimes connects without ever sending a greeting; this timeout makes it reconnect. */
    private static final int HANDSHAKE_MILLIS = 2_000;

    private static final int HEARTBEAT_MILLIS = 10_000;
    private static final int RECONNECT_MILLIS = 100;
    private static final int MAX_RECONNECT_MILLIS = 2_000;

    private final String address;
    private final Credential credential;
    private final Duration timeout;
    private final ZMQ.Context context = ZMQ.context(1);
    private volatile boolean closing;

    /** The action that closes each socket. */
    private final Map<ZMQ.Socket, Runnable> open = new ConcurrentHashMap<>();

    Sockets(String address, Credential credential, Duration timeout) {
        this.address = address;
        this.credential = credential;
        this.timeout = timeout;
        context.setNotificationExceptionHandler(this::logException);
    }

    /**
     * On close, JeroMQ 0.6.0 sometimes still uses a socket that is closed already; such exceptions are logged at level
     * DEBUG only.
     */
    private void logException(Thread thread, Throwable cause) {
        LOG.log(
                closing ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING,
                "event=client.connection.failed address=" + address + " thread=" + thread.getName(),
                cause);
    }

    String address() {
        return address;
    }

    Credential credential() {
        return credential;
    }

    /** How long to wait for the hub. */
    Duration timeout() {
        return timeout;
    }

    /**
     * Creates a socket, which isn't connected yet.
     *
     * @param listener receives connection events, on a thread of JeroMQ
     * @param closer closes the socket when the client is closed, while no other thread uses the socket
     */
    ZMQ.Socket create(SocketType type, ZEvent.ZEventConsummer listener, Runnable closer) {
        ZMQ.Socket socket = context.socket(type);
        open.put(socket, closer);
        socket.setIPv6(true); // also accepts IPv4 addresses
        socket.setLinger(0);
        socket.setSendTimeOut((int) timeout.toMillis());
        socket.setHandshakeIvl(HANDSHAKE_MILLIS);
        socket.setHeartbeatIvl(HEARTBEAT_MILLIS);
        socket.setHeartbeatTimeout(2 * HEARTBEAT_MILLIS);
        socket.setReconnectIVL(RECONNECT_MILLIS);
        socket.setReconnectIVLMax(MAX_RECONNECT_MILLIS);
        if (credential instanceof Credential.Token shown) {
            socket.setPlainUsername(shown.user());
            socket.setPlainPassword(shown.token());
        } else if (credential instanceof Credential.Curve shown) {
            socket.setCurvePublicKey(CurveKeys.decode(shown.own().publicKey(), "the public key"));
            socket.setCurveSecretKey(CurveKeys.decode(shown.own().secretKey(), "the secret key"));
            socket.setCurveServerKey(CurveKeys.decode(shown.hubKey(), "the hub's key"));
        }
        socket.setEventHook(listener, zmq.ZMQ.ZMQ_EVENT_ALL);
        return socket;
    }

    /** @throws IllegalArgumentException if the address is malformed */
    void connect(ZMQ.Socket socket) {
        try {
            socket.connect(address);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    "'" + address + "' isn't a valid address of a hub, such as tcp://127.0.0.1:5555", e);
        }
    }

    /** Sends a message: topic, payload and further frames. */
    static boolean send(ZMQ.Socket socket, String topic, byte[] payload, byte[]... more) {
        if (!socket.send(topic.getBytes(StandardCharsets.UTF_8), ZMQ.SNDMORE)) {
            return false;
        }
        socket.send(payload, more.length > 0 ? ZMQ.SNDMORE : 0);
        for (int i = 0; i < more.length; i++) {
            socket.send(more[i], i < more.length - 1 ? ZMQ.SNDMORE : 0);
        }
        return true;
    }

    /** The frames of the next message; empty if none is received within the socket's receive timeout. */
    static List<byte[]> receive(ZMQ.Socket socket) {
        List<byte[]> frames = new ArrayList<>();
        byte[] frame = socket.recv();
        while (frame != null) {
            frames.add(frame);
            frame = socket.hasReceiveMore() ? socket.recv() : null;
        }
        return frames;
    }

    void close(ZMQ.Socket socket) {
        if (open.remove(socket) != null) {
            socket.close();
        }
    }

    /** Closes all sockets; waits until sockets with a linger period have sent their queued messages. */
    @Override
    public void close() {
        closing = true;
        open.values().forEach(Runnable::run);
        context.close();
    }
}
