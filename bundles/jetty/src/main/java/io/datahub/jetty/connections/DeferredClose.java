package io.datahub.jetty.connections;

import java.nio.channels.ClosedChannelException;

/**
 * Defers the close of a socket while its descriptor is in use by a system call that Java doesn't protect, since another
 * connection could get the descriptor in the meantime, and the bytes. Thread-safe; never blocks.
 */
final class DeferredClose {

    private boolean inUse; // guarded by this
    private boolean closed; // guarded by this

    /**
     * Begins to use the descriptor; one thread at a time.
     *
     * @throws ClosedChannelException if it is closed
     */
    synchronized void begin() throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
        inUse = true;
    }

    /**
     * Ends the use.
     *
     * @return whether the caller has to close the socket now
     */
    synchronized boolean end() {
        inUse = false;
        return closed;
    }

    /**
     * Closes the socket.
     *
     * @return whether the caller has to do it now; if not, the user of the descriptor will
     */
    synchronized boolean close() {
        closed = true;
        return !inUse;
    }
}
