package io.datahub.broker;

import java.nio.ByteBuffer;

/**
 * The routes that one publisher used last, so that the topics of a batch are looked up once. It never grows beyond a few
 * dozen; who loses its place is looked up again. For one thread at a time.
 */
final class Routes {

    private static final int PLACES = 64;
    private static final int LONGEST_KEPT = 256;
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private Route last;
    private Route[] places;

    /** The route of the topic that stands there, or null if it isn't known or doesn't hold any more. */
    Route find(ByteBuffer bytes, int from, int to, long epoch) {
        Route route = last;
        if (route != null && route.serves(bytes, from, to, epoch)) {
            return route;
        }
        if (places == null || to - from > LONGEST_KEPT) {
            return null;
        }
        route = places[place(bytes, from, to)];
        if (route == null || !route.serves(bytes, from, to, epoch)) {
            return null;
        }
        last = route;
        return route;
    }

    /** Keeps the route of the topic that stands there. */
    void keep(Route route, ByteBuffer bytes, int from, int to) {
        if (last != null && to - from <= LONGEST_KEPT) {
            if (places == null) {
                places = new Route[PLACES];
            }
            places[place(bytes, from, to)] = route;
        }
        last = route;
    }

    /** The receivers of the route used last; none if there was none. */
    EventQueue[] lastReceivers() {
        return last == null ? Router.NOBODY : last.receivers();
    }

    private static int place(ByteBuffer bytes, int from, int to) {
        long hash = (long) to - from;
        int i = from;
        for (; i <= to - Long.BYTES; i += Long.BYTES) {
            hash = (hash ^ bytes.getLong(i)) * SPREAD;
        }
        for (; i < to; i++) {
            hash = (hash ^ bytes.get(i)) * SPREAD;
        }
        return (int) (hash >>> 58);
    }
}
