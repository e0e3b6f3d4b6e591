package io.datahub.broker;

import io.datahub.broker.topic.Topic;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** The subscriptions of one session, with their counts. Thread-safe. */
final class Subscriptions {

    private final SessionState session;
    private final Router router;
    private final int max;

    // guarded by this
    private final Map<Prefix, Integer> counts = new HashMap<>();
    private int size;
    private int lossPrefixes;
    private boolean closed;

    /** Written under the lock. */
    private volatile boolean receivesLosses;

    Subscriptions(SessionState session, Router router, int max) {
        this.session = session;
        this.router = router;
        this.max = max;
    }

    /** Adds a subscription; false if the limit of this session or of all sessions together is reached. */
    synchronized boolean add(byte[] bytes) {
        if (closed) {
            return true;
        }
        if (size >= max) {
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
        if (Topic.matchesLosses(prefix.bytes)) {
            receivesLosses = ++lossPrefixes > 0;
        }
        return true;
    }

    /** Removes a subscription; false if there is none. */
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
            if (Topic.matchesLosses(bytes)) {
                receivesLosses = --lossPrefixes > 0;
            }
            router.remove(bytes, session);
        }
        return true;
    }

    /** Removes all subscriptions, and refuses new ones. */
    synchronized void close() {
        closed = true;
        for (Prefix prefix : counts.keySet()) {
            router.remove(prefix.bytes, session);
        }
        counts.clear();
        size = 0;
        lossPrefixes = 0;
        receivesLosses = false;
    }

    synchronized int size() {
        return size;
    }

    /** Whether one of them matches the events that report losses. */
    boolean receivesLosses() {
        return receivesLosses;
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
