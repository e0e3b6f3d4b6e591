package io.datahub.client;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;

/**
 * Receives events. After a lost connection it subscribes again, from within {@link #receive}: so call that again and again.
 * For any thread.
 */
public final class Subscription implements AutoCloseable {

    private static final int SLICE_MILLIS = 100;

    private final Sockets sockets;
    private final SocketMonitor line = new SocketMonitor();

    /** Fair, so that one who closes gets in between. */
    private final ReentrantLock lock = new ReentrantLock(true);

    // guarded by lock
    private final ZMQ.Socket socket;
    private boolean closed;

    Subscription(Sockets sockets, String... prefixes) {
        this.sockets = sockets;
        socket = sockets.make(SocketType.SUB, line, this::close);
        socket.setReceiveTimeOut(SLICE_MILLIS);
        for (String prefix : prefixes) {
            socket.subscribe(prefix);
        }
        sockets.connect(socket);
    }

    /** Subscribes to topics that begin so, too. */
    public void add(String prefix) {
        lock.lock();
        try {
            socket.subscribe(prefix);
        } finally {
            lock.unlock();
        }
    }

    /** Takes a prefix back. */
    public void remove(String prefix) {
        lock.lock();
        try {
            socket.unsubscribe(prefix);
        } finally {
            lock.unlock();
        }
    }

    /** The next event; nothing if none comes in time, or the subscription is closed. */
    public Optional<Event> receive(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        do {
            lock.lock();
            try {
                if (closed) {
                    return Optional.empty();
                }
                List<byte[]> frames = HubClient.frames(socket);
                if (!frames.isEmpty()) {
                    return Optional.of(Event.of(frames));
                }
            } finally {
                lock.unlock();
            }
        } while (System.nanoTime() < deadline);
        return Optional.empty();
    }

    /** Whether the connection stands. */
    public boolean isConnected() {
        return line.isConnected();
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
