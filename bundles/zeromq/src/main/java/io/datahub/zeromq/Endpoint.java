package io.datahub.zeromq;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** The listening port and its event loops. */
final class Endpoint implements AutoCloseable {

    private final List<EventLoop> loops = new ArrayList<>();
    private final InetSocketAddress address;

    /** @throws IllegalStateException if the port can't be bound; the message says why and how to fix it */
    Endpoint(EndpointContext context) {
        try {
            for (int i = 0; i < context.settings().loops(); i++) {
                loops.add(new EventLoop(context.pool(), i));
            }
            Listener listener = new Listener(context, loops);
            loops.get(0).add(listener);
            address = listener.address();
        } catch (IOException e) {
            release();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            release();
            throw e;
        }
        loops.forEach(EventLoop::start);
    }

    /** Each loop closes what it has opened when it ends. */
    private void release() {
        loops.forEach(EventLoop::stop);
        loops.forEach(EventLoop::start);
        loops.forEach(EventLoop::join);
    }

    /** The address it listens on. */
    InetSocketAddress address() {
        return address;
    }

    /** The names of the loops that completed no iteration for that many nanoseconds. Thread-safe. */
    List<String> stuck(long nanos) {
        return loops.stream()
                .filter(loop -> loop.nanosSinceIteration() > nanos)
                .map(EventLoop::name)
                .toList();
    }

    /** Closes the port and all connections, and waits until the loops have stopped. */
    @Override
    public void close() {
        loops.forEach(EventLoop::stop);
        loops.forEach(EventLoop::join);
    }
}
