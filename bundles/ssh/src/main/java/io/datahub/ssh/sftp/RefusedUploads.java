package io.datahub.ssh.sftp;

import io.datahub.api.path.RecordPath;
import io.datahub.api.user.User;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Paths of uploads that were refused a moment ago. Some clients (rclone) then remove what they believe they have written
 * half, perhaps by another connection: that must not remove the last good version. Shared by all channels. Thread-safe.
 */
final class RefusedUploads {

    private static final long REMEMBERED_NANOS = Duration.ofMinutes(1).toNanos();
    private static final int MAX = 10_000;

    private record Key(String user, RecordPath path) {}

    private final LongSupplier nanoTime;

    /** When each was refused; guarded by this. */
    private final Map<Key, Long> refused = new LinkedHashMap<>();

    RefusedUploads() {
        this(System::nanoTime);
    }

    /** @param nanoTime a clock, in nanoseconds */
    RefusedUploads(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    synchronized void add(User user, RecordPath path) {
        Key key = new Key(user.name(), path);
        refused.remove(key);
        refused.put(key, nanoTime.getAsLong());
        if (refused.size() > MAX) {
            refused.remove(refused.keySet().iterator().next());
        }
    }

    /** Whether the user's upload to this path was refused in the last minute; true only once for each. */
    synchronized boolean remove(User user, RecordPath path) {
        Long since = refused.remove(new Key(user.name(), path));
        return since != null && nanoTime.getAsLong() - since < REMEMBERED_NANOS;
    }
}
