package io.datahub.store.reconcile;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.file.FileStat;
import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.validation.ValidatorId;
import io.datahub.store.core.IndexWriter;
import io.datahub.store.core.PathLocks;
import io.datahub.store.core.PathState;
import io.datahub.store.core.StoreContext;
import io.datahub.store.disk.DirectoryEntry;
import io.datahub.store.metadata.CommitFuture;
import io.datahub.store.metadata.IndexEntry;
import io.datahub.store.metadata.Intent;
import io.datahub.store.metadata.LastGoodCopyEntry;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reconciles one path on disk with the index: completes what an intent says that the hub did, and records changes made
 * by other programs once the file has stopped changing and was validated. Reading and validating happen without the
 * path's lock; the result is used only if the file is still the same.
 */
public final class Reconciler {

    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

    private final StoreContext context;
    private final IndexWriter indexWriter;
    private final IntentRecovery intents;
    private final ExternalChangeInspector inspector;
    private final Rollback rollback;
    private final UnflushedChanges unflushed;

    public Reconciler(
            StoreContext context,
            IndexWriter indexWriter,
            IntentRecovery intents,
            ExternalChangeInspector inspector,
            Rollback rollback,
            UnflushedChanges unflushed) {
        this.context = context;
        this.indexWriter = indexWriter;
        this.intents = intents;
        this.inspector = inspector;
        this.rollback = rollback;
        this.unflushed = unflushed;
    }

    /**
     * Reconciles a path, as far as possible now; returns what is on disk there.
     *
     * @param checkLater called with paths that have to be checked again later
     */
    @SuppressWarnings("try")
    DirectoryEntry reconcile(RecordPath path, Duration quiet, Consumer<RecordPath> checkLater) throws IOException {
        if (context.metadata().isRebuilding()) {
            checkLater.accept(path);
            return context.tree().lookUp(path);
        }
        PathState state;
        try (PathLocks.Held held = intents.hold(path)) {
            state = context.lookUpLocked(path);
            if (state.isConsistent()
                    || intents.apply(path, state)
                    || context.isTemporary(path, state)
                    || recordAbsence(path, state)) {
                return state.onDisk();
            }
        }
        if (state.isRecentlyModified(quiet, System.currentTimeMillis())) {
            checkLater.accept(path);
            return state.onDisk();
        }
        try (ExternalChange change = inspector.examine(path, state, quiet.isZero())) {
            process(path, state, change, checkLater);
        } catch (NoSuchFileException e) {
            checkLater.accept(path);
        }
        return state.onDisk();
    }

    private boolean recordAbsence(RecordPath path, PathState state) throws IOException {
        if (state.onDisk().isFile()) {
            return false;
        }
        IndexEntry entry = state.entry().orElseThrow();
        if (path.equals(RecordPath.USERS) && rollback.restore(path, state)) {
            return true;
        }
        CommitFuture<Optional<Change>> future = indexWriter.deletedExternally(path, entry);
        unflushed.add(path, future);
        return true;
    }

    private void process(RecordPath path, PathState state, ExternalChange change, Consumer<RecordPath> checkLater)
            throws IOException {
        if (!change.isStable()) {
            checkLater.accept(path);
            return;
        }
        Optional<IndexEntry> entry = state.entry();
        if (entry.isPresent() && entry.get().sha256().equals(change.sha256()) && change.hasHash()) {
            updateIfUnchanged(
                    path,
                    state,
                    checkLater,
                    () -> indexWriter.attributesChanged(
                            path, entry.get(), state.onDisk().stat()),
                    () -> {});
            return;
        }
        Result<List<ValidatorId>> validated = change.validate();
        if (!validated.isRefused()) {
            accept(path, state, change, validated.get(), checkLater);
            return;
        }
        Refusal refusal = validated.refusal().orElseThrow();
        boolean rolledBack = refusal.reason() == Reason.INVALID && rollback.reject(path, state, change, refusal);
        if (!rolledBack) {
            LOG.debug(
                    "event=store.external-change.postponed path={} reason={}",
                    LogText.quoted(path),
                    LogText.quoted(refusal.detail()));
            checkLater.accept(path);
        }
    }

    private void accept(
            RecordPath path,
            PathState state,
            ExternalChange change,
            List<ValidatorId> validators,
            Consumer<RecordPath> checkLater)
            throws IOException {
        Optional<LastGoodCopyEntry> copy = change.keepCopy(validators);
        Optional<LastGoodCopyEntry> oldCopy = context.metadata().lastGoodCopy(path);
        FileStat stat = state.onDisk().stat();
        Intent intent = new Intent(
                Intent.Kind.WRITE,
                stat.key(),
                stat.size(),
                stat.modified(),
                change.sha256(),
                "",
                validators,
                List.of(),
                0,
                copy.map(LastGoodCopyEntry::file).orElse(""));
        boolean recorded = updateIfUnchanged(
                path,
                state,
                checkLater,
                () -> indexWriter.completed(path, intent, state.onDisk(), state.entry()),
                () -> change.discard(oldCopy));
        if (!recorded) {
            change.discard(copy);
        }
    }

    /** Runs an index update if the path is unchanged. */
    @SuppressWarnings("try")
    private boolean updateIfUnchanged(
            RecordPath path, PathState state, Consumer<RecordPath> checkLater, IndexUpdate update, Runnable afterwards)
            throws IOException {
        boolean same;
        try (PathLocks.Held held = context.locks().hold(path)) {
            same = context.isUnchanged(path, state);
            if (same) {
                unflushed.add(path, update.submit(), afterwards);
            }
        }
        if (!same) {
            checkLater.accept(path);
        }
        return same;
    }

    /** An index update. */
    private interface IndexUpdate {
        CommitFuture<Optional<Change>> submit() throws IOException;
    }
}
