package io.datahub.store.record;

import io.datahub.api.record.RecordPath;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Paths that couldn't be compared with the index, or whose change couldn't be entered, because the disk failed or was full.
 * They are compared again once it works. For any thread.
 */
final class Postponed {

    /** Beyond this many, everything is compared instead. */
    private static final int MOST = 10_000;

    /** Guarded by this. */
    private final Set<RecordPath> paths = new LinkedHashSet<>();

    synchronized void add(RecordPath path) {
        if (paths.size() < MOST) {
            paths.add(path);
        } else {
            paths.clear();
            paths.add(RecordPath.ROOT);
        }
    }

    synchronized boolean isEmpty() {
        return paths.isEmpty();
    }

    /** Hands all of them over, and forgets them. */
    synchronized List<RecordPath> take() {
        List<RecordPath> taken = List.copyOf(paths);
        paths.clear();
        return taken;
    }
}
