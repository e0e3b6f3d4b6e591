package io.datahub.store.namespace;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.file.FileStat;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.records.quota.Quotas;
import io.datahub.store.core.FailPoints.Step;
import io.datahub.store.core.InFlightRenames;
import io.datahub.store.core.IndexWriter;
import io.datahub.store.core.LastGoodVersions;
import io.datahub.store.core.StoreContext;
import io.datahub.store.disk.DirectoryEntry;
import io.datahub.store.metadata.Intent;
import io.datahub.store.metadata.LastGoodCopyEntry;
import io.datahub.store.metadata.Transaction;
import io.datahub.store.write.ServedLinks;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Commits moves: writes two intents for each record, renames once, flushes both directories, updates the index in one
 * transaction. A failure before the rename leaves everything unchanged; after it the move stands even if a later step
 * fails, and recovery or the next reconciliation then updates the index.
 */
final class MoveCommit {

    private final StoreContext context;
    private final IndexWriter indexWriter;
    private final LastGoodVersions lastGoodVersions;
    private final ServedLinks links;

    MoveCommit(StoreContext context, IndexWriter indexWriter, LastGoodVersions lastGoodVersions, ServedLinks links) {
        this.context = context;
        this.indexWriter = indexWriter;
        this.lastGoodVersions = lastGoodVersions;
        this.links = links;
    }

    /**
     * Moves a record or directory. The caller holds the locks of all paths concerned.
     *
     * @param records what the index has at or below the old path
     * @param user who moves them
     * @param claim the quota claim; released when the records count at their new paths
     * @param renamed called once the rename is done; new last good copies belong to the intents from then on
     * @return the changes, durable and announced; or {@link Reason#CONFLICT} if another program has changed something
     */
    Result<List<Change>> commit(
            RecordPath source,
            RecordPath target,
            List<MovedRecord> records,
            String user,
            Quotas.Claim claim,
            Runnable renamed)
            throws IOException {
        List<RecordPath> missing = context.parents().missing(target);
        Instant now = Instant.now();
        List<Intent> intents = records.stream()
                .map(each -> intent(each, user, now, missing.size() + depth(each.target()) - depth(target)))
                .toList();
        Optional<Intent> directory = directoryIntent(source, user, missing.size());
        if (!records.isEmpty() || directory.isPresent()) {
            writeIntents(target, directory, records, intents, user);
        }
        context.failPoints().at(Step.INTENDED);
        List<LastGoodCopyEntry> surplus = surplusCopies(records);
        List<InFlightRenames.Mark> marks = mark(records);
        try {
            if (!renameOrUndo(source, target, records, missing)) {
                return Result.refused(Reason.CONFLICT, source + " or " + target + " was modified concurrently; retry");
            }
            renamed.run();
            context.failPoints().at(Step.MOVED);
            context.parents().flush(target);
            context.parents().flush(source);
            context.failPoints().at(Step.FLUSHED);
            List<Change> changes = index(source, target, records, intents, claim);
            surplus.forEach(copy -> lastGoodVersions.discard(Optional.of(copy)));
            return Result.done(changes);
        } catch (AtomicMoveNotSupportedException e) {
            return Result.refused(
                    Reason.CONFLICT,
                    source + " and " + target + " are on different file systems of the hub; copy and delete instead");
        } finally {
            marks.forEach(InFlightRenames.Mark::close);
        }
    }

    /** Renames, unless something has changed; otherwise removes the intents and the parents that were created. */
    private boolean renameOrUndo(
            RecordPath source, RecordPath target, List<MovedRecord> records, List<RecordPath> missing)
            throws IOException {
        boolean moved = false;
        try {
            moved = areUnchanged(records) && rename(source, target, records, missing);
            return moved;
        } finally {
            if (!moved) {
                List<RecordPath> intended = paths(records);
                intended.add(target);
                indexWriter.dropIntents(intended);
                context.removeEmptyParents(target, missing.size());
            }
        }
    }

    private static int depth(RecordPath path) {
        return (int) path.toString().chars().filter(c -> c == '/').count();
    }

    private static Intent intent(MovedRecord record, String user, Instant now, int parents) {
        FileStat stat = record.here().onDisk().stat();
        return new Intent(
                Intent.Kind.WRITE,
                stat.key(),
                stat.size(),
                stat.modified(),
                record.sha256(),
                user,
                record.validators(),
                List.of(),
                parents,
                record.copy().map(LastGoodCopyEntry::file).orElse(""),
                record.entry().times().movedAt(now),
                Optional.of(record.source()));
    }

    /** The intent for directories at or below the old path that were made on purpose, if there are any. */
    private Optional<Intent> directoryIntent(RecordPath source, String user, int parents) throws IOException {
        DirectoryEntry directory = context.tree().lookUp(source);
        return directory.isDirectory()
                        && !context.metadata().madeDirectories(source).isEmpty()
                ? Optional.of(Intent.directoryMove(directory.stat().key(), user, parents, source))
                : Optional.empty();
    }

    private void writeIntents(
            RecordPath target, Optional<Intent> directory, List<MovedRecord> records, List<Intent> intents, String user)
            throws IOException {
        context.metadata()
                .submit(transaction -> {
                    directory.ifPresent(intent -> transaction.putIntent(target, intent));
                    for (int i = 0; i < intents.size(); i++) {
                        MovedRecord each = records.get(i);
                        transaction.putIntent(each.target(), intents.get(i));
                        transaction.putIntent(each.source(), Intent.deletion(user, Optional.of(each.target())));
                    }
                    return records;
                })
                .await();
    }

    /** The last good copies that neither path needs after the move. */
    private List<LastGoodCopyEntry> surplusCopies(List<MovedRecord> records) throws IOException {
        List<LastGoodCopyEntry> surplus = new ArrayList<>();
        for (MovedRecord each : records) {
            context.metadata().lastGoodCopy(each.target()).ifPresent(surplus::add);
            context.metadata()
                    .lastGoodCopy(each.source())
                    .filter(copy -> !each.copy().equals(Optional.of(copy)))
                    .ifPresent(surplus::add);
        }
        return surplus;
    }

    private List<InFlightRenames.Mark> mark(List<MovedRecord> records) {
        return paths(records).stream().map(context.renames()::begin).toList();
    }

    private static List<RecordPath> paths(List<MovedRecord> records) {
        List<RecordPath> paths = new ArrayList<>();
        for (MovedRecord each : records) {
            paths.add(each.source());
            paths.add(each.target());
        }
        return paths;
    }

    private boolean areUnchanged(List<MovedRecord> records) throws IOException {
        for (MovedRecord each : records) {
            if (!context.isUnchangedOnDisk(each.source(), each.here())
                    || !context.tree().lookUp(each.target()).equals(each.there().onDisk())) {
                return false;
            }
        }
        return true;
    }

    private boolean rename(RecordPath source, RecordPath target, List<MovedRecord> records, List<RecordPath> missing)
            throws IOException {
        if (records.size() == 1 && isSameFile(records.get(0))) {
            context.tree().remove(source); // two hard links of one file, which a rename would leave as they are
            return true;
        }
        return context.renameTo(target, missing, () -> context.tree().move(source, target));
    }

    private static boolean isSameFile(MovedRecord record) {
        long key = record.here().onDisk().stat().key();
        return key != 0
                && record.there().onDisk().isFile()
                && record.there().onDisk().stat().key() == key;
    }

    private List<Change> index(
            RecordPath source, RecordPath target, List<MovedRecord> records, List<Intent> intents, Quotas.Claim claim)
            throws IOException {
        List<IndexWriter.Move> moves = new ArrayList<>();
        for (int i = 0; i < records.size(); i++) {
            MovedRecord each = records.get(i);
            Instant committed = intents.get(i).times().committed().orElseThrow();
            links.link(context.tree().resolve(each.target()), each.sha256(), committed);
            moves.add(new IndexWriter.Move(
                    each.source(),
                    each.target(),
                    intents.get(i),
                    context.afterRename(each.target(), each.here().onDisk().stat()),
                    Optional.of(each.entry()),
                    each.there().entry()));
        }
        boolean directory = records.size() != 1 || !records.get(0).source().equals(source);
        var future = indexWriter.moved(moves, (Transaction transaction) -> {
            if (directory) {
                transaction.removeIntent(target);
                transaction.moveMadeDirectories(source, target);
            }
            claim.close();
        });
        context.failPoints().at(Step.INDEXED);
        return future.await();
    }
}
