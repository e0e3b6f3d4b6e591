package io.datahub.broker;

import java.nio.ByteBuffer;

/**
 * The routes that one publisher used last, so that the topics of a batch are looked up once. It grows with the number of
 * topics up to a bound; who loses its place is looked up again. For one thread at a time.
 */
final class Routes {

    private static final int FEWEST_PLACES = 64;
    private static final int MOST_PLACES = 1024;
    private static final int LONGEST_KEPT = 256;
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private Route last;
    private Route[] places;
    private int ousted;

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
                places = new Route[FEWEST_PLACES];
            } else if (ousted > places.length && places.length < MOST_PLACES) {
                places = new Route[4 * places.length];
                ousted = 0;
            }
            int place = place(bytes, from, to);
            ousted += places[place] == null ? 0 : 1;
            places[place] = route;
        }
        last = route;
    }

    /** The receivers of the route used last; none if there was none. */
    EventQueue[] lastReceivers() {
        return last == null ? Router.NOBODY : last.receivers();
    }

    private int place(ByteBuffer bytes, int from, int to) {
        long hash = (long) to - from;
        int i = from;
        for (; i <= to - Long.BYTES; i += Long.BYTES) {
            hash = spread(hash ^ bytes.getLong(i));
        }
        for (; i < to; i++) {
            hash = spread(hash ^ bytes.get(i));
        }
        return (int) ((hash * SPREAD) >>> (Long.numberOfLeadingZeros(places.length) + 1));
    }

    /**
     * A product's bits depend on those below them only, so the upper half is brought down: topics often differ in few
     * bytes, wherever these are, and every bit is to reach the highest ones, which are the place.
     */
    private static long spread(long hash) {
        long product = hash * SPREAD;
        return product ^ (product >>> Integer.SIZE);
    }
}
