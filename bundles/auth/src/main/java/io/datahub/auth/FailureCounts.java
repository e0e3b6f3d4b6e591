package io.datahub.auth;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Counts failures by some key. The counts halve as time passes, and who was quiet longest is forgotten when there are too
 * many. For any thread.
 *
 * @param <K> by what they are counted
 */
final class FailureCounts<K> {

    private final double halfLifeNanos;
    private final LongSupplier nanoClock;
    private final Map<K, Failures> counts; // guarded by itself

    /** Failures, as many as they were worth at a time. */
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

    /** How many there were lately. */
    double count(K key) {
        synchronized (counts) {
            Failures failures = counts.get(key);
            return failures == null
                    ? 0
                    : failures.count() * Math.pow(0.5, (nanoClock.getAsLong() - failures.nanos()) / halfLifeNanos);
        }
    }
}
