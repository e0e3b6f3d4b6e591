package io.datahub.api.metric;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Counts durations by how long they were, from 100 µs to 5 minutes. For any thread; recording takes no lock. */
public final class Histogram {

    private static final double[] BOUNDS = {
        0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300
    };

    /** The bounds in nanoseconds. */
    private static final long[] LIMITS =
            Arrays.stream(BOUNDS).mapToLong(bound -> Math.round(bound * 1e9)).toArray();

    /** One for each bound, and one for what is longer than the last. */
    private final LongAdder[] counts = new LongAdder[LIMITS.length + 1];

    private final LongAdder nanos = new LongAdder();

    public Histogram() {
        Arrays.setAll(counts, i -> new LongAdder());
    }

    /**
     * Counts one duration.
     *
     * @param duration in nanoseconds; less than zero, as by a clock that was set back, counts as zero
     */
    public void record(long duration) {
        long length = Math.max(0, duration);
        int found = Arrays.binarySearch(LIMITS, length);
        counts[found < 0 ? -found - 1 : found].increment();
        nanos.add(length);
    }

    /** Counts the time since a moment of {@link System#nanoTime}. */
    public void recordSince(long nanoTime) {
        record(System.nanoTime() - nanoTime);
    }

    /** What was counted so far. */
    public Snapshot snapshot() {
        long[] sums = new long[counts.length];
        long sum = 0;
        for (int i = 0; i < counts.length; i++) {
            sum += counts[i].sum();
            sums[i] = sum;
        }
        return new Snapshot(sums, (double) nanos.sum() / TimeUnit.SECONDS.toNanos(1));
    }

    /** Counts of one moment; those added meanwhile may or may not be in it. */
    public static final class Snapshot {
        private final long[] sums;
        private final double seconds;

        private Snapshot(long[] sums, double seconds) {
            this.sums = sums;
            this.seconds = seconds;
        }

        /** How many bounds there are, not counting the one that has none above it. */
        public int size() {
            return BOUNDS.length;
        }

        /** The upper bound of a bucket, included, in seconds. */
        public double bound(int bucket) {
            return BOUNDS[bucket];
        }

        /** How many durations were no longer than the bound. */
        public long upTo(int bucket) {
            return sums[bucket];
        }

        /** How many there were. */
        public long count() {
            return sums[sums.length - 1];
        }

        /** All durations together, in seconds. */
        public double seconds() {
            return seconds;
        }
    }
}
