package io.datahub.client;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;

/**
 * Receives events. After a lost connection it reconnects and subscribes again, but only while {@link #receive} is being
 * called: so call it in a loop. Thread-safe.
 */
public final class Subscription implements AutoCloseable {

    private static final int POLL_MILLIS = 100;

    private final Sockets sockets;
    private final SocketMonitor monitor = new SocketMonitor();

    /** Fair, so that a thread that closes the subscription isn't starved by one that receives. */
    private final ReentrantLock lock = new ReentrantLock(true);

    // guarded by lock
    private final ZMQ.Socket socket;
    private boolean closed;

    Subscription(Sockets sockets, String... prefixes) {
        this.sockets = sockets;
        socket = sockets.create(SocketType.SUB, monitor, this::close);
        socket.setReceiveTimeOut(POLL_MILLIS);
        for (String prefix : prefixes) {
            socket.subscribe(prefix);
        }
        sockets.connect(socket);
    }

    /** Subscribes to a further topic prefix. */
    public void add(String prefix) {
        lock.lock();
        try {
            socket.subscribe(prefix);
        } finally {
            lock.unlock();
        }
    }

    /** Unsubscribes from a topic prefix. */
    public void remove(String prefix) {
        lock.lock();
        try {
            socket.unsubscribe(prefix);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for the next event; empty if none is received within the timeout, or the subscription is closed.
     *
     * @param timeout how long to wait; {@link Duration#ZERO} doesn't wait longer than one poll of 100 ms
     */
    public Optional<Event> receive(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        do {
            lock.lock();
            try {
                if (closed) {
                    return Optional.empty();
                }
                List<byte[]> frames = Sockets.receive(socket);
                if (!frames.isEmpty()) {
                    return Optional.of(Event.of(frames));
                }
            } finally {
                lock.unlock();
            }
        } while (System.nanoTime() < deadline);
        return Optional.empty();
    }

    /** Whether the connection is currently established. */
    public boolean isConnected() {
        return monitor.isConnected();
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            sockets.close(socket);
        } finally {
            lock.unlock();
        }
    }
}
