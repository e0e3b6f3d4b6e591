package io.datahub.client;

import org.zeromq.ZEvent;

/** Tracks the connection state of one socket, so that the client can say what is wrong. Thread-safe. */
final class SocketMonitor implements ZEvent.ZEventConsummer {

    private volatile boolean wasConnected;
    private volatile boolean connected;
    private volatile int disconnects;

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // called by JeroMQ on a single thread
    public void consume(ZEvent event) {
        switch (event.getEvent()) {
            case CONNECTED -> {
                wasConnected = true;
                connected = true;
            }
            case DISCONNECTED -> {
                connected = false;
                disconnects++;
            }
            default -> {}
        }
    }

    /** Whether a connection was ever established. */
    boolean wasConnected() {
        return wasConnected;
    }

    /** Whether a connection is established; the client may not be authenticated yet. */
    boolean isConnected() {
        return connected;
    }

    /** The number of disconnects so far. */
    int disconnects() {
        return disconnects;
    }
}
