package io.datahub.watcher;

import io.datahub.api.file.FileStat;
import io.datahub.api.path.RecordPath;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Tracks for how long each file has been unchanged. This is measured by the hub's own clock, never by the file's times,
 * which {@code cp -p}, {@code rsync -t} and the clocks of other machines can set to any value. Thread-safe.
 */
final class QuietTracker {

    /** Above this many files, all quiet periods start again, so that the memory stays bounded. */
    private static final int MAX_FILES = 100_000;

    private final long quietNanos;
    private final LongSupplier clock;
    private final Map<RecordPath, Observation> observations = new HashMap<>(); // guarded by this

    private record Observation(FileStat stamp, long since) {}

    /** @param clock in nanoseconds, as {@link System#nanoTime} */
    QuietTracker(Duration quiet, LongSupplier clock) {
        quietNanos = quiet.toNanos();
        this.clock = clock;
    }

    /** Records the state of a file and returns whether it has been unchanged for the quiet period. */
    synchronized boolean isQuiet(RecordPath path, FileStat stamp) {
        long now = clock.getAsLong();
        Observation observation = observations.get(path);
        if (observation == null || !observation.stamp().equals(stamp)) {
            if (observations.size() >= MAX_FILES) {
                observations.clear();
            }
            observation = new Observation(stamp, now);
            observations.put(path, observation);
        }
        return now - observation.since() >= quietNanos;
    }

    /** Forgets a file: the quiet period of a later file at this path starts from scratch. */
    synchronized void forget(RecordPath path) {
        observations.remove(path);
    }
}
