package io.datahub.zeromq;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The memory of large messages that were received in part, by connection. For any thread. */
final class Receiving {

    private final Map<Connection, Long> byConnection = new ConcurrentHashMap<>();
    private final AtomicLong bytes = new AtomicLong();

    /** Takes note that a connection holds so much now. */
    void holds(Connection connection, long now) {
        Long before = now == 0 ? byConnection.remove(connection) : byConnection.put(connection, now);
        bytes.addAndGet(now - (before == null ? 0 : before));
    }

    long bytes() {
        return bytes.get();
    }

    /** Who holds the most. */
    Optional<Connection> largest() {
        return byConnection.entrySet().stream()
                .max(Comparator.comparingLong(Map.Entry::getValue))
                .map(Map.Entry::getKey);
    }
}
