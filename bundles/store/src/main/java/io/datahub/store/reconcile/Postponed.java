package io.datahub.store.reconcile;

import io.datahub.api.path.RecordPath;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Paths that couldn't be reconciled with the index because the disk failed or was full. They are reconciled once the
 * disk works. Thread-safe.
 */
public final class Postponed {

    /** Beyond this many, everything is reconciled instead. */
    private static final int MAX_PATHS = 10_000;

    /** Guarded by this. */
    private final Set<RecordPath> paths = new LinkedHashSet<>();

    /** Adds a path to be reconciled later. */
    public synchronized void add(RecordPath path) {
        if (paths.size() < MAX_PATHS) {
            paths.add(path);
        } else {
            paths.clear();
            paths.add(RecordPath.ROOT);
        }
    }

    public synchronized boolean isEmpty() {
        return paths.isEmpty();
    }

    /** Removes and returns all paths. */
    public synchronized List<RecordPath> take() {
        List<RecordPath> taken = List.copyOf(paths);
        paths.clear();
        return taken;
    }
}
