package io.datahub.broker;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** What one session subscribed to, and how often. For any thread. */
final class Subscriptions {

    private final BrokerSession session;
    private final Router router;
    private final int most;

    // guarded by this
    private final Map<Prefix, Integer> counts = new HashMap<>();
    private int size;
    private int lossPrefixes;
    private boolean closed;

    /** Written under the lock. */
    private volatile boolean bringLosses;

    Subscriptions(BrokerSession session, Router router, int most) {
        this.session = session;
        this.router = router;
        this.most = most;
    }

    /** Adds one; false if there are as many as are allowed, of this session or of all together. */
    synchronized boolean add(byte[] bytes) {
        if (closed) {
            return true;
        }
        if (size >= most) {
            return false;
        }
        Prefix prefix = new Prefix(bytes.clone());
        if (counts.merge(prefix, 1, Integer::sum) == 1 && !begin(prefix)) {
            return false;
        }
        size++;
        return true;
    }

    private boolean begin(Prefix prefix) {
        if (!router.add(prefix.bytes, session)) {
            counts.remove(prefix);
            return false;
        }
        if (Topic.bringsLosses(prefix.bytes)) {
            bringLosses = ++lossPrefixes > 0;
        }
        return true;
    }

    /** Takes one back; false if there is none. */
    synchronized boolean remove(byte[] bytes) {
        Prefix prefix = new Prefix(bytes);
        Integer count = counts.get(prefix);
        if (count == null) {
            return false;
        }
        size--;
        if (count > 1) {
            counts.put(prefix, count - 1);
        } else {
            counts.remove(prefix);
            if (Topic.bringsLosses(bytes)) {
                bringLosses = --lossPrefixes > 0;
            }
            router.remove(bytes, session);
        }
        return true;
    }

    /** Takes all back, and lets none be added any more. */
    synchronized void close() {
        closed = true;
        for (Prefix prefix : counts.keySet()) {
            router.remove(prefix.bytes, session);
        }
        counts.clear();
        size = 0;
        lossPrefixes = 0;
        bringLosses = false;
    }

    synchronized int size() {
        return size;
    }

    /** Whether one of them brings the events that tell of losses. */
    boolean bringLosses() {
        return bringLosses;
    }

    private static final class Prefix {
        final byte[] bytes;

        Prefix(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Prefix prefix && Arrays.equals(bytes, prefix.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }
    }
}
