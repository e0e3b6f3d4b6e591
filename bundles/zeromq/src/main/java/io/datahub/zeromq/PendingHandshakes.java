package io.datahub.zeromq;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The connections whose peers aren't logged in: those whose handshake is going on, and those whose handshake failed and
 * that are held back, so that they don't try again at once. Both are bounded: the oldest gives way. For any thread.
 */
final class PendingHandshakes {

    // guarded by this
    private final Set<Connection> going = new LinkedHashSet<>();
    private final Set<Connection> heldBack = new LinkedHashSet<>();

    /** One begins. */
    void begun(Connection connection, ZeromqSettings settings) {
        giveWay(put(going, connection, settings.maxHandshakes()));
    }

    /** It failed. */
    void failed(Connection connection, ZeromqSettings settings) {
        over(connection);
        giveWay(put(heldBack, connection, settings.maxHeldBack()));
    }

    /** The peer is logged in, or gone. */
    synchronized void over(Connection connection) {
        going.remove(connection);
        heldBack.remove(connection);
    }

    /** Those who failed may try again now. */
    void forgive() {
        List<Connection> all;
        synchronized (this) {
            all = List.copyOf(heldBack);
            heldBack.clear();
        }
        all.forEach(Connection::giveWay);
    }

    /** @return who has to give way for it, or null */
    private synchronized Connection put(Set<Connection> connections, Connection connection, int most) {
        connections.add(connection);
        if (connections.size() <= most) {
            return null;
        }
        Iterator<Connection> oldestFirst = connections.iterator();
        Connection oldest = oldestFirst.next();
        oldestFirst.remove();
        return oldest;
    }

    private static void giveWay(Connection oldest) {
        if (oldest != null) {
            oldest.giveWay();
        }
    }

    synchronized int going() {
        return going.size();
    }

    synchronized int heldBack() {
        return heldBack.size();
    }
}
