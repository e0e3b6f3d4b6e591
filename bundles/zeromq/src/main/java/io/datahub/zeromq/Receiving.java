package io.datahub.zeromq;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Accounts for the memory of partially received large messages, by connection. Thread-safe. */
final class Receiving {

    private final Map<Connection, Long> byConnection = new ConcurrentHashMap<>();
    private final AtomicLong bytes = new AtomicLong();

    /** Sets the number of bytes that a connection holds now. */
    void set(Connection connection, long size) {
        Long previous = size == 0 ? byConnection.remove(connection) : byConnection.put(connection, size);
        bytes.addAndGet(size - (previous == null ? 0 : previous));
    }

    long bytes() {
        return bytes.get();
    }

    /** The connection that holds the most bytes. */
    Optional<Connection> largest() {
        return byConnection.entrySet().stream()
                .max(Comparator.comparingLong(Map.Entry::getValue))
                .map(Map.Entry::getKey);
    }
}
