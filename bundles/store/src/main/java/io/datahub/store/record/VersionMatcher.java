package io.datahub.store.record;

import io.datahub.api.record.Change;
import io.datahub.api.record.RecordPath;
import io.datahub.store.metadata.CommitFuture;
import io.datahub.store.metadata.IndexEntry;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.util.Optional;

/**
 * Knows a version again in another file of the same bytes and time, as after a backup was restored. So whoever asks for it
 * needn't do without its entity tag until the scan has come there. Large ones wait for the scan. For any thread.
 */
final class VersionMatcher {

    private static final long MOST_BYTES = 64L << 20;

    /** A file that was touched more recently may be changed again without another stamp. */
    private static final Duration QUIET = Duration.ofMillis(100);

    private final StoreContext holdings;
    private final IndexWriter registrar;

    VersionMatcher(StoreContext holdings, IndexWriter registrar) {
        this.holdings = holdings;
        this.registrar = registrar;
    }

    /** What disk and index say of a path once a version that was only in another file is known again. */
    @SuppressWarnings("try")
    PathState settle(RecordPath path, PathState sight) throws IOException {
        if (sight.isSettled() || !mayBeKnown(sight) || holdings.ledger().isRebuilding()) {
            return sight;
        }
        IndexEntry entry = sight.entry().orElseThrow();
        try {
            if (!StagedFile.hashOf(holdings.tree().open(path)).equals(entry.sha256())) {
                return sight;
            }
        } catch (FileSystemException e) {
            return sight;
        }
        CommitFuture<Optional<Change>> entered;
        try (PathLocks.Held held = holdings.locks().hold(path)) {
            if (!holdings.isSame(path, sight) || holdings.ledger().intent(path).isPresent()) {
                return sight;
            }
            entered = registrar.touched(path, entry, sight.place().stat());
        }
        entered.await();
        return holdings.look(path);
    }

    private static boolean mayBeKnown(PathState sight) {
        return sight.place().isFile()
                && sight.place().stat().size() <= MOST_BYTES
                && sight.entry()
                        .filter(entry -> entry.size() == sight.place().stat().size()
                                && entry.modified() == sight.place().stat().modified())
                        .isPresent()
                && !Reconciler.isRestless(sight, QUIET, System.currentTimeMillis());
    }
}
