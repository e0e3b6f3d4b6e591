package io.datahub.client;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.zeromq.SocketType;
import org.zeromq.ZEvent;
import org.zeromq.ZMQ;

/** The sockets of one client: all go to the same hub, with the same credential. For any thread. */
final class Sockets implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Sockets.class.getName());

    /** A JeroMQ 0.6.0 sometimes connects and never says a word, until this makes it try again. */
    private static final int HANDSHAKE_MILLIS = 2_000;

    private static final int HEARTBEAT_MILLIS = 10_000;
    private static final int RECONNECT_MILLIS = 100;
    private static final int MAX_RECONNECT_MILLIS = 2_000;

    private final String address;
    private final Credential credential;
    private final Duration patience;
    private final ZMQ.Context context = ZMQ.context(1);
    private volatile boolean closing;

    /** What closes each. */
    private final Map<ZMQ.Socket, Runnable> open = new ConcurrentHashMap<>();

    Sockets(String address, Credential credential, Duration patience) {
        this.address = address;
        this.credential = credential;
        this.patience = patience;
        context.setNotificationExceptionHandler(this::failed);
    }

    /** A JeroMQ 0.6.0 that closes sometimes still talks to a socket that is closed already: nobody needs to know. */
    private void failed(Thread thread, Throwable cause) {
        LOG.log(
                closing ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING,
                () -> "connection failed address=" + address + " thread=" + thread.getName(),
                cause);
    }

    String address() {
        return address;
    }

    Credential credential() {
        return credential;
    }

    /** How long to wait for the hub. */
    Duration patience() {
        return patience;
    }

    /**
     * A socket that is to be connected.
     *
     * @param watched is told of what happens to its connection, on a thread of JeroMQ's
     * @param owner closes the socket when all are closed, and no other thread uses it
     */
    ZMQ.Socket make(SocketType type, ZEvent.ZEventConsummer watched, Runnable owner) {
        ZMQ.Socket socket = context.socket(type);
        open.put(socket, owner);
        socket.setIPv6(true); // an address of IPv4 works as before
        socket.setLinger(0);
        socket.setSendTimeOut((int) patience.toMillis());
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
        socket.setEventHook(watched, zmq.ZMQ.ZMQ_EVENT_ALL);
        return socket;
    }

    /** @throws IllegalArgumentException if the address is none */
    void connect(ZMQ.Socket socket) {
        try {
            socket.connect(address);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    "'" + address + "' isn't the address of a hub, which looks like tcp://127.0.0.1:5555", e);
        }
    }

    void close(ZMQ.Socket socket) {
        if (open.remove(socket) != null) {
            socket.close();
        }
    }

    /** Closes all of them; waits until those that linger have sent what they have to. */
    @Override
    public void close() {
        closing = true;
        open.values().forEach(Runnable::run);
        context.close();
    }
}
