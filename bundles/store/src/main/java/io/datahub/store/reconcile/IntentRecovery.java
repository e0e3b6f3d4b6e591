package io.datahub.store.reconcile;

import io.datahub.api.path.RecordPath;
import io.datahub.store.core.IndexWriter;
import io.datahub.store.core.PathLocks;
import io.datahub.store.core.PathState;
import io.datahub.store.core.StoreContext;
import io.datahub.store.disk.DirectoryEntry;
import io.datahub.store.metadata.Intent;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Completes what the intents of interrupted operations say that the hub did, and drops intents that did nothing. The
 * two intents of a move are treated as one.
 */
public final class IntentRecovery {

    private final StoreContext context;
    private final IndexWriter indexWriter;
    private final UnflushedChanges unflushed;

    public IntentRecovery(StoreContext context, IndexWriter indexWriter, UnflushedChanges unflushed) {
        this.context = context;
        this.indexWriter = indexWriter;
        this.unflushed = unflushed;
    }

    /** Waits for the lock of the path, and for that of the other path of an interrupted move; the caller closes it. */
    PathLocks.Held hold(RecordPath path) throws IOException {
        while (true) {
            Set<RecordPath> paths = involved(path);
            PathLocks.Held held = context.locks().hold(paths);
            boolean complete = false;
            try {
                complete = involved(path).equals(paths);
            } finally {
                if (!complete) {
                    held.close();
                }
            }
            if (complete) {
                return held;
            }
        }
    }

    private Set<RecordPath> involved(RecordPath path) throws IOException {
        return context.metadata()
                .intent(path)
                .flatMap(Intent::counterpart)
                .map(other -> Set.of(path, other))
                .orElseGet(() -> Set.of(path));
    }

    /**
     * Records what the path's intent did; drops an intent that did nothing. The caller {@linkplain #hold holds} the
     * path.
     *
     * @return whether the index now has what the disk has
     */
    boolean apply(RecordPath path, PathState state) throws IOException {
        Optional<Intent> intent = context.metadata().intent(path);
        if (intent.isEmpty()) {
            return false;
        }
        Optional<RecordPath> other = intent.get().counterpart();
        if (other.isPresent() && isCounterpart(other.get(), path)) {
            return intent.get().kind() == Intent.Kind.WRITE
                    ? applyMove(other.get(), path, intent.get())
                    : applyMove(
                            path,
                            other.get(),
                            context.metadata().intent(other.get()).orElseThrow());
        }
        if (!intent.get().isDone(state.onDisk())) {
            indexWriter.dropIntent(path);
            if (!state.onDisk().isFile()) {
                context.removeEmptyParents(path, intent.get().parents());
            }
            return false;
        }
        unflushed.add(path, indexWriter.completed(path, intent.get(), state.onDisk(), state.entry()));
        return true;
    }

    private boolean isCounterpart(RecordPath other, RecordPath path) throws IOException {
        return context.metadata()
                .intent(other)
                .filter(intent -> intent.counterpart().equals(Optional.of(path)))
                .isPresent();
    }

    /** Records or drops a move; where nothing was moved, the next comparison of either path goes on as usual. */
    private boolean applyMove(RecordPath source, RecordPath target, Intent intent) throws IOException {
        PathState there = context.lookUpLocked(target);
        DirectoryEntry left = context.tree().lookUp(source);
        boolean done = intent.isDone(there.onDisk())
                && !(left.isFile() && left.stat().hasContentOf(there.onDisk().stat()));
        if (!done) {
            indexWriter.dropIntents(List.of(source, target));
            if (!there.onDisk().isFile()) {
                context.removeEmptyParents(target, intent.parents());
            }
            return false;
        }
        IndexWriter.Move move = new IndexWriter.Move(
                source, target, intent, there.onDisk(), context.metadata().entry(source), there.entry());
        unflushed.addMove(target, indexWriter.moved(List.of(move), transaction -> {}));
        return true;
    }
}
