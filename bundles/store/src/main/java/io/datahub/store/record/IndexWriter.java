package io.datahub.store.record;

import io.datahub.api.record.Change;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.RecordVersion;
import io.datahub.store.disk.DirectoryEntry;
import io.datahub.store.disk.FileStat;
import io.datahub.store.metadata.CommitFuture;
import io.datahub.store.metadata.IndexEntry;
import io.datahub.store.metadata.Intent;
import io.datahub.store.metadata.LastGoodCopy;
import io.datahub.store.metadata.MetadataStore;
import io.datahub.store.metadata.PendingChange;
import io.datahub.store.metadata.Transaction;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Enters what was done to a path into index and journal, together. Called under the path's lock. */
final class IndexWriter {

    private final MetadataStore ledger;

    IndexWriter(MetadataStore ledger) {
        this.ledger = ledger;
    }

    /** Enters what an upload has done. */
    CommitFuture<Optional<Change>> carriedOut(
            RecordPath path, Intent intent, DirectoryEntry place, Optional<IndexEntry> before, Quotas.Claim claim)
            throws IOException {
        return ledger.submit(transaction -> {
            transaction.removeIntent(path);
            Change change = written(transaction, path, intent, place.stat(), before);
            claim.close();
            return Optional.of(change);
        });
    }

    /** Enters what an intent has done; the result is the change itself, or empty where there was nothing to undo. */
    CommitFuture<Optional<Change>> carriedOut(
            RecordPath path, Intent intent, DirectoryEntry place, Optional<IndexEntry> before) throws IOException {
        return ledger.submit(transaction -> {
            transaction.removeIntent(path);
            return switch (intent.kind()) {
                case WRITE -> Optional.of(written(transaction, path, intent, place.stat(), before));
                case DELETE -> before.map(entry -> deleted(transaction, path, entry, intent.user()));
                case REJECT -> Optional.of(rejected(transaction, path, intent, place, before));
            };
        });
    }

    private static Change written(
            Transaction transaction, RecordPath path, Intent intent, FileStat stat, Optional<IndexEntry> before) {
        IndexEntry entry = IndexEntry.of(stat, transaction.newEtag(intent.sha256()), intent.sha256(), intent.user());
        transaction.put(path, entry);
        if (!intent.good().isEmpty()) {
            transaction.putLastGoodCopy(path, new LastGoodCopy(intent.good(), intent.size(), intent.sha256()));
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
            DirectoryEntry place,
            Optional<IndexEntry> before) {
        RecordVersion refused = new RecordVersion(
                path,
                intent.size(),
                IndexEntry.instant(intent.modified()),
                Optional.empty(),
                Optional.of(intent.sha256()));
        Change change = transaction.append(
                new PendingChange(Change.Type.REJECTED, refused, "", intent.validators(), intent.violations()));
        if (place.isFile()) {
            before.ifPresent(entry -> transaction.put(path, entry.withStat(place.stat())));
        } else {
            before.ifPresent(entry -> deleted(transaction, path, entry, ""));
        }
        return change;
    }

    /** Enters a deletion that was made outside the hub. */
    CommitFuture<Optional<Change>> vanished(RecordPath path, IndexEntry entry) throws IOException {
        return ledger.submit(transaction -> {
            transaction.removeIntent(path);
            return Optional.of(deleted(transaction, path, entry, ""));
        });
    }

    /** Enters that a file looks otherwise but has the same bytes. */
    CommitFuture<Optional<Change>> touched(RecordPath path, IndexEntry entry, FileStat stat) throws IOException {
        return ledger.submit(transaction -> {
            transaction.put(path, entry.withStat(stat));
            transaction.removeIntent(path);
            return Optional.empty();
        });
    }

    /** Enters a record that was there all the time, without an event. */
    CommitFuture<Optional<Change>> found(RecordPath path, FileStat stat, String sha256, Optional<LastGoodCopy> good)
            throws IOException {
        return ledger.submit(transaction -> {
            transaction.put(path, IndexEntry.of(stat, transaction.newEtag(sha256), sha256, ""));
            good.ifPresent(copy -> transaction.putLastGoodCopy(path, copy));
            return Optional.empty();
        });
    }

    /** Drops an intent that was given up. */
    CommitFuture<Optional<Change>> givenUp(RecordPath path) throws IOException {
        return ledger.submit(transaction -> {
            transaction.removeIntent(path);
            return Optional.empty();
        });
    }
}
