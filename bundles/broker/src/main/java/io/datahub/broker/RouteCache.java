package io.datahub.broker;

import java.nio.ByteBuffer;

/**
 * Cache of the routes that one publisher used last, so that the topics of a batch are looked up once. It grows with the
 * number of topics up to a limit; evicted routes are looked up again. Not thread-safe.
 */
final class RouteCache {

    private static final int MIN_SLOTS = 64;
    private static final int MAX_SLOTS = 1024;
    private static final int MAX_CACHED_TOPIC_BYTES = 256;
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private Route last;
    private Route[] slots;
    private int evicted;

    /** The cached route of the topic at that position, or null if it is missing or no longer valid. */
    Route find(ByteBuffer bytes, int from, int to, long epoch) {
        Route route = last;
        if (route != null && route.matches(bytes, from, to, epoch)) {
            return route;
        }
        if (slots == null || to - from > MAX_CACHED_TOPIC_BYTES) {
            return null;
        }
        route = slots[slot(bytes, from, to)];
        if (route == null || !route.matches(bytes, from, to, epoch)) {
            return null;
        }
        last = route;
        return route;
    }

    /** Caches the route of the topic at that position. */
    void put(Route route, ByteBuffer bytes, int from, int to) {
        if (last != null && to - from <= MAX_CACHED_TOPIC_BYTES) {
            if (slots == null) {
                slots = new Route[MIN_SLOTS];
            } else if (evicted > slots.length && slots.length < MAX_SLOTS) {
                slots = new Route[4 * slots.length];
                evicted = 0;
            }
            int slot = slot(bytes, from, to);
            evicted += slots[slot] == null ? 0 : 1;
            slots[slot] = route;
        }
        last = route;
    }

    /** The receivers of the last route; empty if there was none. */
    Receivers lastReceivers() {
        return last == null ? Receivers.NONE : last.receivers();
    }

    private int slot(ByteBuffer bytes, int from, int to) {
        long hash = (long) to - from;
        int i = from;
        for (; i <= to - Long.BYTES; i += Long.BYTES) {
            hash = spread(hash ^ bytes.getLong(i));
        }
        for (; i < to; i++) {
            hash = spread(hash ^ bytes.get(i));
        }
        return (int) ((hash * SPREAD) >>> (Long.numberOfLeadingZeros(slots.length) + 1));
    }

    /**
     * A bit of a product depends only on lower bits, so the upper half is folded down: topics often differ in few
     * bytes, anywhere, and every bit must affect the highest ones, which select the slot.
     */
    private static long spread(long hash) {
        long product = hash * SPREAD;
        return product ^ (product >>> Integer.SIZE);
    }
}
