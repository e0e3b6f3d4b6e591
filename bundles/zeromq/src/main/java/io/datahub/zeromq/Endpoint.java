package io.datahub.zeromq;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** The open port with its loops. */
final class Endpoint implements AutoCloseable {

    private final List<Loop> loops = new ArrayList<>();
    private final InetSocketAddress address;

    /** @throws IllegalStateException if the port can't be bound; says why and what helps */
    Endpoint(EndpointContext reception) {
        try {
            for (int i = 0; i < reception.settings().loops(); i++) {
                loops.add(new Loop(reception, i));
            }
            Listener listener = new Listener(reception, loops);
            loops.get(0).adopt(listener);
            address = listener.address();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        loops.forEach(Loop::start);
    }

    /** Where it listens. */
    InetSocketAddress address() {
        return address;
    }

    /** The names of loops that haven't turned for so many nanoseconds; for any thread. */
    List<String> stuck(long nanos) {
        return loops.stream()
                .filter(loop -> loop.idleNanos() > nanos)
                .map(Loop::name)
                .toList();
    }

    /** Closes the port and all connections, and waits for the loops. */
    @Override
    public void close() {
        loops.forEach(Loop::stop);
        loops.forEach(Loop::join);
    }
}
