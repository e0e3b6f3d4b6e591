package io.datahub.ssh.sftp.file;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The times that clients have set for drafts after these were kept, until they become records: a client may set the time
 * by one connection and rename by another. Shared by all channels. Thread-safe.
 *
 * <p>They are kept in memory only. After a restart, and in a cluster if the client renames by a connection to another
 * hub, the record has the time that the client had set before it closed the file, or none. A client that compares times
 * then sends the file again.
 */
public final class ClientTimes {

    private static final int MAX = 10_000;

    /** By the unguessable names of the drafts; guarded by this. */
    private final Map<String, Instant> times = new LinkedHashMap<>();

    synchronized void set(String draft, Instant time) {
        times.remove(draft);
        times.put(draft, time);
        if (times.size() > MAX) {
            times.remove(times.keySet().iterator().next());
        }
    }

    synchronized Optional<Instant> find(String draft) {
        return Optional.ofNullable(times.get(draft));
    }

    synchronized void remove(String draft) {
        times.remove(draft);
    }
}
