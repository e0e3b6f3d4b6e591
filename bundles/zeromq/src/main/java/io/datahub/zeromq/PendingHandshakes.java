package io.datahub.zeromq;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The connections that aren't authenticated: those whose handshake is in progress, and those whose handshake failed and
 * whose disconnection is delayed, so that the client doesn't reconnect at once. Both sets are bounded: when one is
 * full, its oldest connection is evicted. Thread-safe.
 */
final class PendingHandshakes {

    /** A connection that isn't authenticated. */
    interface Pending {

        /** Closes the connection unless it is authenticated, to make room for another. Thread-safe. */
        void evict();
    }

    // guarded by this
    private final Set<Pending> inProgress = new LinkedHashSet<>();
    private final Set<Pending> rejected = new LinkedHashSet<>();

    /** Called when a handshake starts. */
    void started(Pending connection, ZeromqSettings settings) {
        evict(put(inProgress, connection, settings.maxHandshakes()));
    }

    /** Called when a handshake failed. */
    void failed(Pending connection, ZeromqSettings settings) {
        remove(connection);
        evict(put(rejected, connection, settings.maxDelayedRejections()));
    }

    /** Called when the peer is authenticated or the connection is closed. */
    synchronized void remove(Pending connection) {
        inProgress.remove(connection);
        rejected.remove(connection);
    }

    /** Closes all connections whose disconnection is delayed, so that their clients can reconnect now. */
    void releaseRejected() {
        List<Pending> all;
        synchronized (this) {
            all = List.copyOf(rejected);
            rejected.clear();
        }
        all.forEach(Pending::evict);
    }

    /** @return the evicted connection, or null */
    private synchronized Pending put(Set<Pending> connections, Pending connection, int max) {
        connections.add(connection);
        if (connections.size() <= max) {
            return null;
        }
        Iterator<Pending> oldestFirst = connections.iterator();
        Pending oldest = oldestFirst.next();
        oldestFirst.remove();
        return oldest;
    }

    private static void evict(Pending oldest) {
        if (oldest != null) {
            oldest.evict();
        }
    }

    synchronized int pending() {
        return inProgress.size();
    }

    synchronized int delayedRejections() {
        return rejected.size();
    }
}
