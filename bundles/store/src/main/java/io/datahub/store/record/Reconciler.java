package io.datahub.store.record;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.RecordPath;
import io.datahub.api.validation.JudgedBy;
import io.datahub.store.disk.DirectoryEntry;
import io.datahub.store.disk.FileStat;
import io.datahub.store.metadata.CommitFuture;
import io.datahub.store.metadata.IndexEntry;
import io.datahub.store.metadata.Intent;
import io.datahub.store.metadata.LastGoodCopy;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares one path on disk with the index and enters what differs: what an intent says that the hub did, and changes that
 * were made outside the hub once they have settled and were judged. Reading and judging happen outside the path's lock;
 * what was found counts only if the file is still the same.
 */
final class Reconciler {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");

    /** How many times as long a new file rests that is empty: most often its program is about to write it. */
    private static final int EMPTY_RESTS = 3;

    /** How many times as long a record rests that became empty: it is being written anew, and the disk may keep its program waiting. */
    private static final int EMPTIED_RESTS = 10;

    private final StoreContext holdings;
    private final IndexWriter registrar;
    private final ExternalChangeInspector outsiders;
    private final Rollback putBack;
    private final UnflushedChanges backlog;

    Reconciler(
            StoreContext holdings,
            IndexWriter registrar,
            ExternalChangeInspector outsiders,
            Rollback putBack,
            UnflushedChanges backlog) {
        this.holdings = holdings;
        this.registrar = registrar;
        this.outsiders = outsiders;
        this.putBack = putBack;
        this.backlog = backlog;
    }

    /** Settles a path, so far as that can be done now; says what lay there. */
    @SuppressWarnings("try")
    DirectoryEntry settle(RecordPath path, Duration quiet, Consumer<RecordPath> unsettled) throws IOException {
        if (holdings.ledger().isRebuilding()) {
            unsettled.accept(path);
            return holdings.tree().lookUp(path);
        }
        PathState sight;
        try (PathLocks.Held held = holdings.locks().hold(path)) {
            sight = holdings.lookLocked(path);
            if (sight.isSettled()
                    || settleByIntent(path, sight)
                    || holdings.isUnfinished(path, sight)
                    || settleAbsence(path, sight)) {
                return sight.place();
            }
        }
        if (isRestless(sight, quiet, System.currentTimeMillis())) {
            unsettled.accept(path);
            return sight.place();
        }
        try (ExternalChange finding = outsiders.examine(path, sight, quiet.isZero())) {
            conclude(path, sight, finding, unsettled);
        } catch (NoSuchFileException e) {
            unsettled.accept(path);
        }
        return sight.place();
    }

    /** Enters what an intent did; drops one that did nothing. */
    boolean settleByIntent(RecordPath path, PathState sight) throws IOException {
        Optional<Intent> intent = holdings.ledger().intent(path);
        if (intent.isEmpty()) {
            return false;
        }
        if (!intent.get().isDone(sight.place())) {
            registrar.givenUp(path);
            if (!sight.place().isFile()) {
                holdings.parents().removeEmpty(path, intent.get().parents());
            }
            return false;
        }
        backlog.add(path, registrar.carriedOut(path, intent.get(), sight.place(), sight.entry()));
        return true;
    }

    private boolean settleAbsence(RecordPath path, PathState sight) throws IOException {
        if (sight.place().isFile()) {
            return false;
        }
        IndexEntry entry = sight.entry().orElseThrow();
        if (path.equals(RecordPath.USERS) && putBack.restore(path, sight)) {
            return true;
        }
        CommitFuture<Optional<Change>> ticket = registrar.vanished(path, entry);
        backlog.add(path, ticket);
        return true;
    }

    static boolean isRestless(PathState sight, Duration quiet, long nowMillis) {
        FileStat stat = sight.place().stat();
        long rest = nowMillis - stat.lastChanged() / 1_000_000;
        int rests = stat.size() > 0 ? 1 : sight.entry().isEmpty() ? EMPTY_RESTS : EMPTIED_RESTS;
        long needed = rests * quiet.toMillis();
        // A time in the future says nothing: clocks differ, and files can be given any time.
        return rest < needed && rest > -needed;
    }

    private void conclude(RecordPath path, PathState sight, ExternalChange finding, Consumer<RecordPath> unsettled)
            throws IOException {
        if (!finding.isSteady()) {
            unsettled.accept(path);
            return;
        }
        Optional<IndexEntry> entry = sight.entry();
        if (entry.isPresent() && entry.get().sha256().equals(finding.sha256()) && finding.isKnown()) {
            enterIfSame(
                    path,
                    sight,
                    unsettled,
                    () -> registrar.touched(path, entry.get(), sight.place().stat()),
                    () -> {});
            return;
        }
        Result<List<JudgedBy>> judged = finding.judge();
        if (!judged.isRefused()) {
            accept(path, sight, finding, judged.get(), unsettled);
            return;
        }
        Refusal refusal = judged.refusal().orElseThrow();
        boolean settled = refusal.reason() == Reason.INVALID && putBack.reject(path, sight, finding, refusal);
        if (!settled) {
            LOG.debug("event=outside-change-waits path=\"{}\" detail=\"{}\"", path, refusal.detail());
            unsettled.accept(path);
        }
    }

    private void accept(
            RecordPath path,
            PathState sight,
            ExternalChange finding,
            List<JudgedBy> validators,
            Consumer<RecordPath> unsettled)
            throws IOException {
        Optional<LastGoodCopy> good = finding.keepGood(validators);
        Optional<LastGoodCopy> old = holdings.ledger().lastGoodCopy(path);
        FileStat stat = sight.place().stat();
        Intent seen = new Intent(
                Intent.Kind.WRITE,
                stat.key(),
                stat.size(),
                stat.modified(),
                finding.sha256(),
                "",
                validators,
                List.of(),
                0,
                good.map(LastGoodCopy::file).orElse(""));
        boolean entered = enterIfSame(
                path,
                sight,
                unsettled,
                () -> registrar.carriedOut(path, seen, sight.place(), sight.entry()),
                () -> finding.discard(old));
        if (!entered) {
            finding.discard(good);
        }
    }

    /** Enters something if the path still looks as it did. */
    @SuppressWarnings("try")
    private boolean enterIfSame(
            RecordPath path, PathState sight, Consumer<RecordPath> unsettled, Entering entering, Runnable afterwards)
            throws IOException {
        boolean same;
        try (PathLocks.Held held = holdings.locks().hold(path)) {
            same = holdings.isSame(path, sight);
            if (same) {
                backlog.add(path, entering.enter(), afterwards);
            }
        }
        if (!same) {
            unsettled.accept(path);
        }
        return same;
    }

    /** Enters something. */
    private interface Entering {
        CommitFuture<Optional<Change>> enter() throws IOException;
    }
}
