package io.datahub.store.reconcile;

import io.datahub.api.Refusal;
import io.datahub.api.file.FileStat;
import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.validation.Violation;
import io.datahub.records.staging.StagedFile;
import io.datahub.store.core.FailPoints.Step;
import io.datahub.store.core.InFlightRenames;
import io.datahub.store.core.IndexWriter;
import io.datahub.store.core.LastGoodVersions;
import io.datahub.store.core.PathLocks;
import io.datahub.store.core.PathState;
import io.datahub.store.core.RejectedFiles;
import io.datahub.store.core.StoreContext;
import io.datahub.store.disk.DirectoryEntry;
import io.datahub.store.metadata.CommitFuture;
import io.datahub.store.metadata.IndexEntry;
import io.datahub.store.metadata.Intent;
import io.datahub.store.metadata.LastGoodCopyEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rolls back rejected changes of other programs: restores the last good version, or deletes the file if there is none.
 */
public final class Rollback {

    private static final Logger LOG = LoggerFactory.getLogger(Rollback.class);
    private static final int MAX_VIOLATIONS = 5;

    private final StoreContext context;
    private final IndexWriter indexWriter;
    private final LastGoodVersions lastGoodVersions;
    private final RejectedFiles rejected;
    private final UnflushedChanges unflushed;

    public Rollback(
            StoreContext context,
            IndexWriter indexWriter,
            LastGoodVersions lastGoodVersions,
            RejectedFiles rejected,
            UnflushedChanges unflushed) {
        this.context = context;
        this.indexWriter = indexWriter;
        this.lastGoodVersions = lastGoodVersions;
        this.rejected = rejected;
        this.unflushed = unflushed;
    }

    /** Rolls back a rejected change; false if the file has changed in the meantime. */
    @SuppressWarnings("try")
    boolean reject(RecordPath path, PathState state, ExternalChange change, Refusal refusal) throws IOException {
        Optional<IndexEntry> entry = state.entry();
        Optional<StagedFile> copy = entry.isPresent() ? lastGoodVersions.restore(path, entry.get()) : Optional.empty();
        try (StagedFile restored = copy.orElse(null);
                PathLocks.Held held = context.locks().hold(path)) {
            if (!context.lookUp(path).equals(state)) {
                return false;
            }
            Intent intent = intent(state.onDisk().stat(), change, refusal.violations(), restored);
            context.metadata()
                    .submit(transaction -> {
                        transaction.putIntent(path, intent);
                        return path;
                    })
                    .await();
            context.failPoints().at(Step.INTENDED);
            Path kept = rejected.keep(path.toString().replace('/', '_'), change.copy());
            LOG.warn(
                    "event=store.external-change.rejected path={} keptAs={} restored={} reason={}",
                    LogText.quoted(path),
                    LogText.quoted(kept),
                    restored != null,
                    summary(refusal));
            Optional<LastGoodCopyEntry> surplus =
                    restored == null ? context.metadata().lastGoodCopy(path) : Optional.empty();
            unflushed.add(path, undo(path, intent, state, restored), () -> lastGoodVersions.discard(surplus));
            return true;
        }
    }

    /** The violations and their positions, in one line. */
    private static String summary(Refusal refusal) {
        String found = refusal.violations().isEmpty()
                ? refusal.detail()
                : refusal.violations().stream()
                        .limit(MAX_VIOLATIONS)
                        .map(each -> (each.line() > 0 ? "line " + each.line() + ", column " + each.column() + ": " : "")
                                + each.message())
                        .collect(Collectors.joining("; "));
        return LogText.quoted(found);
    }

    private static Intent intent(
            FileStat refused, ExternalChange change, List<Violation> violations, StagedFile restored)
            throws IOException {
        long key = restored == null
                ? 0
                : FileStat.of(restored.path()).orElseThrow().key();
        return new Intent(
                Intent.Kind.REJECT,
                key,
                refused.size(),
                refused.modified(),
                change.sha256(),
                "",
                List.of(),
                violations,
                0,
                "");
    }

    @SuppressWarnings("try")
    private CommitFuture<Optional<Change>> undo(RecordPath path, Intent intent, PathState state, StagedFile restored)
            throws IOException {
        try (InFlightRenames.Mark mark = context.renames().begin(path)) {
            Optional<FileStat> restoredStat = restored == null ? Optional.empty() : FileStat.of(restored.path());
            if (restored == null) {
                context.tree().remove(path);
            } else {
                context.tree().put(restored.path(), path);
                restored.moved();
            }
            context.failPoints().at(Step.MOVED);
            context.parents().flush(path);
            DirectoryEntry onDisk =
                    restoredStat.isPresent() ? context.afterRename(path, restoredStat.get()) : DirectoryEntry.NOTHING;
            return indexWriter.completed(path, intent, onDisk, state.entry());
        }
    }

    /** Restores a record that another program deleted; false if there is no copy. The caller holds the path's lock. */
    @SuppressWarnings("try")
    boolean restore(RecordPath path, PathState state) throws IOException {
        IndexEntry entry = state.entry().orElseThrow();
        Optional<StagedFile> copy = lastGoodVersions.restore(path, entry);
        if (copy.isEmpty()) {
            return false;
        }
        try (StagedFile restored = copy.get();
                InFlightRenames.Mark mark = context.renames().begin(path)) {
            FileStat restoredStat = FileStat.of(restored.path()).orElseThrow();
            context.tree().put(restored.path(), path);
            restored.moved();
            context.parents().flush(path);
            FileStat stat = context.afterRename(path, restoredStat).stat();
            unflushed.add(path, indexWriter.attributesChanged(path, entry, stat));
            LOG.warn("event=store.record.restored path={} reason=\"it was deleted on disk\"", LogText.quoted(path));
            return true;
        }
    }
}
