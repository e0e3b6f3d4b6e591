package io.datahub.auth;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Counts failures by key with exponential decay; the least recently used key is evicted when there are too many.
 * Thread-safe.
 *
 * @param <K> the type of the keys
 */
final class FailureCounts<K> {

    private final double halfLifeNanos;
    private final LongSupplier nanoClock;
    private final Map<K, Failures> counts; // guarded by itself

    /** The decayed count at a point in time. */
    private record Failures(double count, long nanos) {}

    FailureCounts(int maxKeys, double halfLifeNanos, LongSupplier nanoClock) {
        this.halfLifeNanos = halfLifeNanos;
        this.nanoClock = nanoClock;
        this.counts = new LinkedHashMap<>(64, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<K, Failures> eldest) {
                return size() > maxKeys;
            }
        };
    }

    void add(K key) {
        synchronized (counts) {
            counts.put(key, new Failures(count(key) + 1, nanoClock.getAsLong()));
        }
    }

    /** The current, decayed count. */
    double count(K key) {
        synchronized (counts) {
            Failures failures = counts.get(key);
            return failures == null
                    ? 0
                    : failures.count() * Math.pow(0.5, (nanoClock.getAsLong() - failures.nanos()) / halfLifeNanos);
        }
    }
}
