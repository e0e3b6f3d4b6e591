package io.datahub.store.record;

import io.datahub.api.Refusal;
import io.datahub.api.log.LogText;
import io.datahub.api.record.Change;
import io.datahub.api.record.RecordPath;
import io.datahub.api.validation.Violation;
import io.datahub.store.disk.DirectoryEntry;
import io.datahub.store.disk.FileStat;
import io.datahub.store.metadata.CommitFuture;
import io.datahub.store.metadata.IndexEntry;
import io.datahub.store.metadata.Intent;
import io.datahub.store.metadata.LastGoodCopy;
import io.datahub.store.record.FailPoints.Step;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Undoes what was done outside the hub and was refused: the last good version is put back, or the path is removed. */
final class Rollback {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");
    private static final int MOST_TOLD = 5;

    private final StoreContext holdings;
    private final IndexWriter registrar;
    private final LastGoodVersions goods;
    private final RejectedFiles rejected;
    private final UnflushedChanges backlog;

    Rollback(
            StoreContext holdings,
            IndexWriter registrar,
            LastGoodVersions goods,
            RejectedFiles rejected,
            UnflushedChanges backlog) {
        this.holdings = holdings;
        this.registrar = registrar;
        this.goods = goods;
        this.rejected = rejected;
        this.backlog = backlog;
    }

    /** Undoes a refused change; false if the file is another one meanwhile. */
    @SuppressWarnings("try")
    boolean reject(RecordPath path, PathState sight, ExternalChange finding, Refusal refusal) throws IOException {
        Optional<IndexEntry> entry = sight.entry();
        Optional<StagedFile> good = entry.isPresent() ? goods.restore(path, entry.get()) : Optional.empty();
        try (StagedFile restored = good.orElse(null);
                PathLocks.Held held = holdings.locks().hold(path)) {
            if (!holdings.look(path).equals(sight)) {
                return false;
            }
            Intent intent = intent(sight.place().stat(), finding, refusal.violations(), restored);
            holdings.ledger()
                    .submit(transaction -> {
                        transaction.putIntent(path, intent);
                        return path;
                    })
                    .await();
            holdings.steps().at(Step.INTENDED);
            Path kept = rejected.keep(path.toString().replace('/', '_'), finding.copy());
            LOG.warn(
                    "event=outside-change-refused path={} kept={} putBack={} why={}",
                    LogText.quoted(path),
                    LogText.quoted(kept),
                    restored != null,
                    why(refusal));
            Optional<LastGoodCopy> surplus =
                    restored == null ? holdings.ledger().lastGoodCopy(path) : Optional.empty();
            backlog.add(path, undo(path, intent, sight, restored), () -> goods.discard(surplus));
            return true;
        }
    }

    /** What was found and where, in one line. */
    private static String why(Refusal refusal) {
        String found = refusal.violations().isEmpty()
                ? refusal.detail()
                : refusal.violations().stream()
                        .limit(MOST_TOLD)
                        .map(each -> (each.line() > 0 ? "line " + each.line() + ", column " + each.column() + ": " : "")
                                + each.message())
                        .collect(Collectors.joining("; "));
        return LogText.quoted(found);
    }

    private static Intent intent(
            FileStat refused, ExternalChange finding, List<Violation> violations, StagedFile restored)
            throws IOException {
        long key = restored == null
                ? 0
                : FileStat.of(restored.path()).orElseThrow().key();
        return new Intent(
                Intent.Kind.REJECT,
                key,
                refused.size(),
                refused.modified(),
                finding.sha256(),
                "",
                List.of(),
                violations,
                0,
                "");
    }

    @SuppressWarnings("try")
    private CommitFuture<Optional<Change>> undo(RecordPath path, Intent intent, PathState sight, StagedFile restored)
            throws IOException {
        try (InFlightRenames.Mark mark = holdings.moving().begin(path)) {
            Optional<FileStat> put = restored == null ? Optional.empty() : FileStat.of(restored.path());
            if (restored == null) {
                holdings.tree().remove(path);
            } else {
                holdings.tree().put(restored.path(), path);
                restored.moved();
            }
            holdings.steps().at(Step.MOVED);
            holdings.parents().flush(path);
            DirectoryEntry place = put.isPresent() ? holdings.placed(path, put.get()) : DirectoryEntry.NOTHING;
            return registrar.carriedOut(path, intent, place, sight.entry());
        }
    }

    /** Puts a record back that was deleted outside the hub, under its lock; false if no copy was kept. */
    @SuppressWarnings("try")
    boolean restore(RecordPath path, PathState sight) throws IOException {
        IndexEntry entry = sight.entry().orElseThrow();
        Optional<StagedFile> good = goods.restore(path, entry);
        if (good.isEmpty()) {
            return false;
        }
        try (StagedFile restored = good.get();
                InFlightRenames.Mark mark = holdings.moving().begin(path)) {
            FileStat put = FileStat.of(restored.path()).orElseThrow();
            holdings.tree().put(restored.path(), path);
            restored.moved();
            holdings.parents().flush(path);
            FileStat stat = holdings.placed(path, put).stat();
            backlog.add(path, registrar.touched(path, entry, stat));
            LOG.warn("event=record-restored path=\"{}\" why=\"it was deleted on disk\"", path);
            return true;
        }
    }
}
