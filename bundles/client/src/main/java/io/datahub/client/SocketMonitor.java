package io.datahub.client;

import org.zeromq.ZEvent;

/** What happened to one socket's connection, so that the client can say what is wrong. For any thread. */
final class SocketMonitor implements ZEvent.ZEventConsummer {

    private volatile boolean reached;
    private volatile boolean connected;
    private volatile int ends;

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // JeroMQ calls it on one thread
    public void consume(ZEvent event) {
        switch (event.getEvent()) {
            case CONNECTED -> {
                reached = true;
                connected = true;
            }
            case DISCONNECTED -> {
                connected = false;
                ends++;
            }
            default -> {}
        }
    }

    /** Whether anybody ever took the connection. */
    boolean isReached() {
        return reached;
    }

    /** Whether it stands; the client may not be logged in. */
    boolean isConnected() {
        return connected;
    }

    /** How often it came to an end. */
    int ends() {
        return ends;
    }
}
