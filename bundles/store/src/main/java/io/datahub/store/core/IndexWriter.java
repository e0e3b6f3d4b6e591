package io.datahub.store.core;

import io.datahub.api.file.FileStat;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.validation.Violation;
import io.datahub.records.change.PendingChange;
import io.datahub.store.disk.DirectoryEntry;
import io.datahub.store.metadata.CommitFuture;
import io.datahub.store.metadata.IndexEntry;
import io.datahub.store.metadata.Intent;
import io.datahub.store.metadata.LastGoodCopyEntry;
import io.datahub.store.metadata.MetadataStore;
import io.datahub.store.metadata.Transaction;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Writes changes of a path to index and journal in one transaction. The caller holds the path's lock. */
public final class IndexWriter {

    private final MetadataStore metadata;

    public IndexWriter(MetadataStore metadata) {
        this.metadata = metadata;
    }

    /**
     * Records a committed draft.
     *
     * @param releaseClaim releases the draft's quota claim; run in the transaction, since the record counts from then
     *     on
     */
    public CommitFuture<Optional<Change>> completed(
            RecordPath path, Intent intent, DirectoryEntry onDisk, Optional<IndexEntry> before, Runnable releaseClaim)
            throws IOException {
        return metadata.submitAndFlush(transaction -> {
            transaction.removeIntent(path);
            Change change = written(transaction, path, intent, onDisk.stat(), before);
            releaseClaim.run();
            return Optional.of(change);
        });
    }

    /** Records what a completed intent did. The result is the change; empty if a deletion found no index
     * entry, and for a directory. */
    public CommitFuture<Optional<Change>> completed(
            RecordPath path, Intent intent, DirectoryEntry onDisk, Optional<IndexEntry> before) throws IOException {
        return metadata.submit(transaction -> {
            transaction.removeIntent(path);
            return switch (intent.kind()) {
                case WRITE -> Optional.of(written(transaction, path, intent, onDisk.stat(), before));
                case DELETE -> before.map(entry -> deleted(transaction, path, entry, intent.user()));
                case REJECT -> Optional.of(rejected(transaction, path, intent, onDisk, before));
                case MOVE_DIRECTORY -> {
                    transaction.moveMadeDirectories(intent.counterpart().orElseThrow(), path);
                    yield Optional.empty();
                }
            };
        });
    }

    /**
     * A completed move of a record.
     *
     * @param source the old path
     * @param target the new path
     * @param intent the intent at the new path
     * @param onDisk what is at the new path
     * @param old the index entry of the old path
     * @param replaced the index entry of the record that was at the new path
     */
    public record Move(
            RecordPath source,
            RecordPath target,
            Intent intent,
            DirectoryEntry onDisk,
            Optional<IndexEntry> old,
            Optional<IndexEntry> replaced) {}

    /**
     * Records completed moves: for each first the new path, then the old one.
     *
     * @param also more to be written in the same transaction
     */
    public CommitFuture<List<Change>> moved(List<Move> moves, Consumer<Transaction> also) throws IOException {
        return metadata.submit(transaction -> {
            List<Change> changes = new ArrayList<>();
            for (Move move : moves) {
                transaction.removeIntent(move.source());
                transaction.removeIntent(move.target());
                changes.add(written(
                        transaction, move.target(), move.intent(), move.onDisk().stat(), move.replaced()));
                move.old()
                        .ifPresent(entry -> changes.add(deleted(
                                transaction, move.source(), entry, move.intent().user())));
            }
            also.accept(transaction);
            return changes;
        });
    }

    private static Change written(
            Transaction transaction, RecordPath path, Intent intent, FileStat stat, Optional<IndexEntry> before) {
        IndexEntry entry = IndexEntry.of(
                stat, transaction.newEtag(intent.sha256()), intent.sha256(), intent.user(), intent.times());
        transaction.put(path, entry);
        if (!intent.lastGoodCopy().isEmpty()) {
            transaction.putLastGoodCopy(
                    path, new LastGoodCopyEntry(intent.lastGoodCopy(), intent.size(), intent.sha256()));
        } else {
            transaction.removeLastGoodCopy(path);
        }
        Change.Type type = before.isPresent() ? Change.Type.UPDATED : Change.Type.CREATED;
        return transaction.append(new PendingChange(type, entry.version(path), intent.user(), intent.validators()));
    }

    private static Change deleted(Transaction transaction, RecordPath path, IndexEntry entry, String user) {
        transaction.remove(path);
        transaction.removeLastGoodCopy(path);
        return transaction.append(new PendingChange(Change.Type.DELETED, entry.version(path), user, List.of()));
    }

    private static Change rejected(
            Transaction transaction,
            RecordPath path,
            Intent intent,
            DirectoryEntry onDisk,
            Optional<IndexEntry> before) {
        RecordVersion refused = new RecordVersion(
                path,
                intent.size(),
                IndexEntry.instant(intent.modified()),
                Optional.empty(),
                Optional.of(intent.sha256()));
        Change change = transaction.append(
                new PendingChange(Change.Type.REJECTED, refused, "", intent.validators(), intent.violations()));
        if (onDisk.isFile()) {
            before.ifPresent(entry -> transaction.put(path, entry.withStat(onDisk.stat())));
        } else {
            before.ifPresent(entry -> deleted(transaction, path, entry, ""));
        }
        return change;
    }

    /** Records that the bytes of a draft were rejected; the present version stays. */
    public CommitFuture<Change> rejected(RecordVersion refused, String user, List<Violation> violations)
            throws IOException {
        return metadata.submit(transaction ->
                transaction.append(new PendingChange(Change.Type.REJECTED, refused, user, List.of(), violations)));
    }

    /** Records a deletion by another program. */
    public CommitFuture<Optional<Change>> deletedExternally(RecordPath path, IndexEntry entry) throws IOException {
        return metadata.submit(transaction -> {
            transaction.removeIntent(path);
            return Optional.of(deleted(transaction, path, entry, ""));
        });
    }

    /** Records new file attributes for unchanged content. There is no event. */
    public CommitFuture<Optional<Change>> attributesChanged(RecordPath path, IndexEntry entry, FileStat stat)
            throws IOException {
        return metadata.submit(transaction -> {
            transaction.put(path, entry.withStat(stat));
            transaction.removeIntent(path);
            return Optional.empty();
        });
    }

    /** Adds an existing record to the index without an event. */
    public CommitFuture<Optional<Change>> existing(
            RecordPath path, FileStat stat, String sha256, Optional<LastGoodCopyEntry> good) throws IOException {
        return metadata.submit(transaction -> {
            transaction.put(path, IndexEntry.of(stat, transaction.newEtag(sha256), sha256, ""));
            good.ifPresent(copy -> transaction.putLastGoodCopy(path, copy));
            return Optional.empty();
        });
    }

    /** Records another time of the client for the present version. There is no event. */
    public CommitFuture<IndexEntry> clientModified(RecordPath path, IndexEntry entry, Optional<Instant> time)
            throws IOException {
        return metadata.submit(transaction -> {
            IndexEntry changed = entry.withClientModified(time);
            transaction.put(path, changed);
            return changed;
        });
    }

    /** Removes an intent that was abandoned. */
    public CommitFuture<Optional<Change>> dropIntent(RecordPath path) throws IOException {
        return dropIntents(List.of(path));
    }

    /** Removes intents that were abandoned. */
    public CommitFuture<Optional<Change>> dropIntents(Collection<RecordPath> paths) throws IOException {
        return metadata.submit(transaction -> {
            paths.forEach(transaction::removeIntent);
            return Optional.empty();
        });
    }
}
