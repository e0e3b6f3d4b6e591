package io.datahub.client;

import org.zeromq.SocketType;
import org.zeromq.ZMQ;

/**
 * Publishes without answers, as fast as the hub takes it: while a subscriber is full the hub takes nothing for a while, and
 * {@link #publish} waits. What the user may not publish is dropped by the hub, which logs that. For any thread.
 */
public final class EventStream implements AutoCloseable {

    private final Sockets sockets;
    private final SocketMonitor line = new SocketMonitor();

    // guarded by this
    private final ZMQ.Socket socket;
    private boolean closed;

    EventStream(Sockets sockets) {
        this.sockets = sockets;
        socket = sockets.make(SocketType.PUSH, line, this::close);
        socket.setLinger((int) sockets.patience().toMillis());
        sockets.connect(socket);
    }

    /**
     * Publishes an event as soon as there is room.
     *
     * @param topic UTF-8 without NUL, 1 to 4,200 bytes
     * @param more frames that are carried along
     * @throws HubUnavailableException if the hub took nothing for the client's patience; the event is dropped
     */
    public synchronized void publish(String topic, byte[] payload, byte[]... more) throws HubUnavailableException {
        if (closed) {
            throw new IllegalStateException("the stream is closed");
        }
        if (!HubClient.send(socket, topic, payload, more)) {
            throw new HubUnavailableException("The hub at " + sockets.address()
                    + (line.isConnected() ? " takes no more: its subscribers are too slow." : " isn't connected."));
        }
    }

    /** Sends what there is, in the background; {@link HubClient#close} waits for it. */
    @Override
    public synchronized void close() {
        closed = true;
        sockets.close(socket);
    }
}
