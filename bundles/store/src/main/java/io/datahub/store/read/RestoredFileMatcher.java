package io.datahub.store.read;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.records.staging.StagedFile;
import io.datahub.store.core.IndexWriter;
import io.datahub.store.core.PathLocks;
import io.datahub.store.core.PathState;
import io.datahub.store.core.StoreContext;
import io.datahub.store.metadata.CommitFuture;
import io.datahub.store.metadata.IndexEntry;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.util.Optional;

/**
 * Recognizes a version in another file with the same bytes and time, such as after a backup was restored, so that its
 * entity tag is available before the scan reaches it. Large files wait for the scan. Thread-safe.
 */
final class RestoredFileMatcher {

    private static final long MAX_BYTES = 64L << 20;

    /** A file that changed more recently may change again without a new timestamp. */
    private static final Duration QUIET = Duration.ofMillis(100);

    private final StoreContext context;
    private final IndexWriter indexWriter;

    RestoredFileMatcher(StoreContext context, IndexWriter indexWriter) {
        this.context = context;
        this.indexWriter = indexWriter;
    }

    /** The state of a path, after updating the index if the file on disk is a copy of the indexed version. */
    @SuppressWarnings("try")
    PathState match(RecordPath path, PathState state) throws IOException {
        if (state.isConsistent() || !mayMatch(state) || context.metadata().isRebuilding()) {
            return state;
        }
        IndexEntry entry = state.entry().orElseThrow();
        try {
            if (!StagedFile.hashOf(context.tree().open(path)).equals(entry.sha256())) {
                return state;
            }
        } catch (FileSystemException e) {
            return state;
        }
        CommitFuture<Optional<Change>> future;
        try (PathLocks.Held held = context.locks().hold(path)) {
            if (!context.isUnchanged(path, state)
                    || context.metadata().intent(path).isPresent()) {
                return state;
            }
            future = indexWriter.attributesChanged(path, entry, state.onDisk().stat());
        }
        future.await();
        return context.lookUp(path);
    }

    private static boolean mayMatch(PathState state) {
        return state.onDisk().isFile()
                && state.onDisk().stat().size() <= MAX_BYTES
                && state.entry()
                        .filter(entry -> entry.size() == state.onDisk().stat().size()
                                && entry.modified() == state.onDisk().stat().modified())
                        .isPresent()
                && !state.isRecentlyModified(QUIET, System.currentTimeMillis());
    }
}
