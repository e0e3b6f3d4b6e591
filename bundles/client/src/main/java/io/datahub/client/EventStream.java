package io.datahub.client;

import org.zeromq.SocketType;
import org.zeromq.ZMQ;

/**
 * Publishes events without waiting for replies, as fast as the hub accepts them. While a subscriber's queue is full,
 * the hub applies backpressure: it stops reading for a while, and {@link #publish} blocks. Events that the user isn't
 * allowed to publish are dropped by the hub, which logs that. Thread-safe.
 */
public final class EventStream implements AutoCloseable {

    private final Sockets sockets;
    private final SocketMonitor monitor = new SocketMonitor();

    // guarded by this
    private final ZMQ.Socket socket;
    private boolean closed;

    EventStream(Sockets sockets) {
        this.sockets = sockets;
        socket = sockets.create(SocketType.PUSH, monitor, this::close);
        socket.setLinger((int) sockets.timeout().toMillis());
        sockets.connect(socket);
    }

    /**
     * Publishes an event; blocks until there is room for it in the send queue, for the client's timeout at most.
     *
     * @param topic UTF-8 without NUL, 1 to 4,200 bytes
     * @param payload the payload
     * @param more further frames, passed on unchanged
     * @throws HubConnectionException if the hub accepted nothing within the client's timeout; the event is dropped
     * @throws IllegalStateException if the stream is closed
     */
    public synchronized void publish(String topic, byte[] payload, byte[]... more) throws HubConnectionException {
        if (closed) {
            throw new IllegalStateException("the stream is closed");
        }
        if (!Sockets.send(socket, topic, payload, more)) {
            throw new HubConnectionException("The hub at " + sockets.address()
                    + (monitor.isConnected()
                            ? " accepts no more events: its subscribers are too slow."
                            : " isn't connected."));
        }
    }

    /** Closes the stream. Queued events are sent in the background; {@link HubClient#close} waits for that. */
    @Override
    public synchronized void close() {
        closed = true;
        sockets.close(socket);
    }
}
