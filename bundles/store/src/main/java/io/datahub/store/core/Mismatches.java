package io.datahub.store.core;

import io.datahub.api.path.RecordPath;
import java.util.function.Consumer;

/**
 * Reports paths where disk and index were found to differ, so that they are reconciled: a change through another hard
 * link of a file causes no notification of the file system. Thread-safe.
 */
public final class Mismatches {

    private volatile Consumer<RecordPath> listener = path -> {};

    /** Replaces the listener. */
    public void listen(Consumer<RecordPath> newListener) {
        listener = newListener;
    }

    /** Passes a path to the listener. */
    public void report(RecordPath path) {
        listener.accept(path);
    }
}
