package io.datahub.watcher;

import io.datahub.api.record.RecordPath;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * For how long each file was seen unchanged. The hub's own clock counts that, never the file's times, which {@code cp -p},
 * {@code rsync -t} and clocks of other machines set to anything. For any thread.
 */
final class Resting {

    /** Beyond this many files all begin to rest anew, so that the memory for them is bounded. */
    private static final int MOST = 100_000;

    private final long quietNanos;
    private final LongSupplier clock;
    private final Map<RecordPath, Seen> seen = new HashMap<>(); // guarded by this

    private record Seen(Stamp stamp, long since) {}

    /** @param clock in nanoseconds, as {@link System#nanoTime} */
    Resting(Duration quiet, LongSupplier clock) {
        quietNanos = quiet.toNanos();
        this.clock = clock;
    }

    /** Notes how a file looks; says whether it has looked so for the quiet time. */
    synchronized boolean isRested(RecordPath path, Stamp stamp) {
        long now = clock.getAsLong();
        Seen before = seen.get(path);
        if (before == null || !before.stamp().equals(stamp)) {
            if (seen.size() >= MOST) {
                seen.clear();
            }
            before = new Seen(stamp, now);
            seen.put(path, before);
        }
        return now - before.since() >= quietNanos;
    }

    /** Forgets a file: one that comes to its path later rests from then on. */
    synchronized void forget(RecordPath path) {
        seen.remove(path);
    }
}
