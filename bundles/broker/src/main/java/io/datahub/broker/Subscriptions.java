package io.datahub.broker;

import io.datahub.api.event.LastEvents;
import io.datahub.broker.queue.GlobalQueueLimit;
import io.datahub.broker.topic.Topic;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** The subscriptions of one session, with their counts. Thread-safe. */
final class Subscriptions {

    private final SessionState session;
    private final Router router;
    private final GlobalQueueLimit queueLimit;
    private final int max;

    // guarded by this
    private final Map<Prefix, Integer> counts = new HashMap<>();
    private int size;
    private int lossPrefixes;
    private boolean closed;

    /** Written under the lock. */
    private volatile boolean receivesLosses;

    Subscriptions(SessionState session, Router router, GlobalQueueLimit queueLimit, int max) {
        this.session = session;
        this.router = router;
        this.queueLimit = queueLimit;
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
        if (!route(prefix)) {
            counts.remove(prefix);
            return false;
        }
        if (Topic.matchesLosses(prefix.bytes)) {
            receivesLosses = ++lossPrefixes > 0;
        }
        return true;
    }

    /** Begins to receive events, with the newest ones of the past where they are kept for that; false if at the limit. */
    private boolean route(Prefix prefix) {
        Optional<LastEvents> last = router.lastEvents().forSubscription(prefix.bytes);
        if (last.isEmpty()) {
            return router.add(prefix.bytes, session);
        }
        AtomicBoolean added = new AtomicBoolean();
        last.get()
                .subscribe(
                        prefix.bytes,
                        () -> added.set(router.add(prefix.bytes, session)),
                        new LastEventReceiver(session, () -> contains(prefix), queueLimit));
        return added.get();
    }

    private synchronized boolean contains(Prefix prefix) {
        return counts.containsKey(prefix);
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
