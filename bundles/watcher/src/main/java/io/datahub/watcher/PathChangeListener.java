package io.datahub.watcher;

import io.datahub.api.path.RecordPath;

/** Receives the paths that may have changed. Called by one thread at a time; must return quickly. */
interface PathChangeListener {

    /** A path may have changed. */
    void pathChanged(RecordPath path);

    /** Anything in a directory may have changed some time ago: notifications were lost. */
    void eventsLost(RecordPath directory);

    /** Anything in the tree may have changed. */
    default void fullScanNeeded() {
        eventsLost(RecordPath.ROOT);
    }
}
