package io.datahub.api.metric;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Histogram of durations, with buckets from 100 µs to 5 minutes. Thread-safe; recording is lock-free. */
public final class Histogram {

    private static final double[] BOUNDS = {
        0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300
    };

    /** The bucket bounds in nanoseconds. */
    private static final long[] LIMITS =
            Arrays.stream(BOUNDS).mapToLong(bound -> Math.round(bound * 1e9)).toArray();

    /** One counter for each bound, and one for durations above the last. */
    private final LongAdder[] counts = new LongAdder[LIMITS.length + 1];

    private final LongAdder nanos = new LongAdder();

    /** Creates a histogram without any durations. */
    public Histogram() {
        Arrays.setAll(counts, i -> new LongAdder());
    }

    /**
     * Records one duration.
     *
     * @param duration in nanoseconds; a negative one, as after a clock was set back, counts as zero
     */
    public void record(long duration) {
        long length = Math.max(0, duration);
        int found = Arrays.binarySearch(LIMITS, length);
        counts[found < 0 ? -found - 1 : found].increment();
        nanos.add(length);
    }

    /**
     * Records the time elapsed since this value of {@link System#nanoTime}.
     *
     * @param nanoTime the start of the duration
     */
    public void recordSince(long nanoTime) {
        record(System.nanoTime() - nanoTime);
    }

    /**
     * The current counts.
     *
     * @return the counts, which do not change any more
     */
    public Snapshot snapshot() {
        long[] sums = new long[counts.length];
        long sum = 0;
        for (int i = 0; i < counts.length; i++) {
            sum += counts[i].sum();
            sums[i] = sum;
        }
        return new Snapshot(sums, (double) nanos.sum() / TimeUnit.SECONDS.toNanos(1));
    }

    /** A snapshot of the counts; durations recorded concurrently may or may not be included. */
    public static final class Snapshot {
        private final long[] sums;
        private final double seconds;

        private Snapshot(long[] sums, double seconds) {
            this.sums = sums;
            this.seconds = seconds;
        }

        /**
         * The number of bounds, not counting the unbounded last bucket.
         *
         * @return the number
         */
        public int size() {
            return BOUNDS.length;
        }

        /**
         * The inclusive upper bound of a bucket, in seconds.
         *
         * @param bucket the index of the bucket, from 0
         * @return the bound
         */
        public double bound(int bucket) {
            return BOUNDS[bucket];
        }

        /**
         * The cumulative number of durations up to and including the bound.
         *
         * @param bucket the index of the bucket, from 0
         * @return the number
         */
        public long upTo(int bucket) {
            return sums[bucket];
        }

        /**
         * The total number of durations.
         *
         * @return the number
         */
        public long count() {
            return sums[sums.length - 1];
        }

        /**
         * The sum of all durations, in seconds.
         *
         * @return the sum
         */
        public double seconds() {
            return seconds;
        }
    }
}
