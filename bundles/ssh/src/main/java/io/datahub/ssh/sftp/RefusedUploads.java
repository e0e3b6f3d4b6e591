package io.datahub.ssh.sftp;

import io.datahub.api.path.RecordPath;
import io.datahub.ssh.session.SshSession;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Paths of uploads that were refused a moment ago. Some clients (rclone) then remove what they believe they have written
 * half, perhaps by another connection: that must not remove the last good version. It holds for the client's address,
 * until the path is written again or its record changes. Shared by all channels. Thread-safe.
 *
 * <p>It holds for this hub alone. In a cluster the connections of a client must therefore reach the same hub, for
 * example by balancing them by the client's address; a removal that reaches another hub removes the record.
 */
final class RefusedUploads {

    private static final long REMEMBERED_NANOS = Duration.ofMinutes(1).toNanos();
    private static final int MAX_PER_USER = 1_000;

    private record Key(InetAddress address, RecordPath path) {}

    /**
     * A refusal.
     *
     * @param etag the entity tag of the version that remains, if there is one
     */
    private record Mark(long since, Optional<String> etag) {}

    private final LongSupplier nanoTime;

    /** By user, the oldest first; guarded by this. */
    private final Map<String, LinkedHashMap<Key, Mark>> refused = new HashMap<>();

    RefusedUploads() {
        this(System::nanoTime);
    }

    /** @param nanoTime a clock, in nanoseconds */
    RefusedUploads(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    private static Key key(SshSession session, RecordPath path) {
        return new Key(session.origin().address(), path);
    }

    /**
     * Remembers a refusal.
     *
     * @param etag the entity tag of the version that remains, if there is one
     */
    synchronized void add(SshSession session, RecordPath path, Optional<String> etag) {
        long now = nanoTime.getAsLong();
        refused.values().removeIf(marks -> {
            marks.values().removeIf(mark -> now - mark.since() >= REMEMBERED_NANOS);
            return marks.isEmpty();
        });
        LinkedHashMap<Key, Mark> marks = refused.computeIfAbsent(session.user().name(), user -> new LinkedHashMap<>());
        marks.remove(key(session, path));
        marks.put(key(session, path), new Mark(now, etag));
        if (marks.size() > MAX_PER_USER) {
            marks.remove(marks.keySet().iterator().next());
        }
    }

    /** Forgets a refusal: there is another attempt. */
    synchronized void remove(SshSession session, RecordPath path) {
        Map<Key, Mark> marks = refused.get(session.user().name());
        if (marks != null) {
            marks.remove(key(session, path));
        }
    }

    /**
     * Whether the client's upload to this path was refused in the last minute; true only once for each.
     *
     * @param etag the entity tag of the present version, if there is one
     */
    synchronized boolean take(SshSession session, RecordPath path, Optional<String> etag) {
        Map<Key, Mark> marks = refused.get(session.user().name());
        Mark mark = marks == null ? null : marks.remove(key(session, path));
        return mark != null
                && nanoTime.getAsLong() - mark.since() < REMEMBERED_NANOS
                && mark.etag().equals(etag);
    }
}
