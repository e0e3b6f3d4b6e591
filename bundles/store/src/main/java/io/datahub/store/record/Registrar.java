package io.datahub.store.record;

import io.datahub.api.record.Change;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.RecordVersion;
import io.datahub.store.disk.Place;
import io.datahub.store.disk.Stat;
import io.datahub.store.ledger.Draft;
import io.datahub.store.ledger.Entry;
import io.datahub.store.ledger.Good;
import io.datahub.store.ledger.Intent;
import io.datahub.store.ledger.Ledger;
import io.datahub.store.ledger.Ticket;
import io.datahub.store.ledger.Transaction;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Enters what was done to a path into index and journal, together. Called under the path's lock. */
final class Registrar {

    private final Ledger ledger;

    Registrar(Ledger ledger) {
        this.ledger = ledger;
    }

    /** Enters what an upload has done. */
    Ticket<Optional<Change>> carriedOut(
            RecordPath path, Intent intent, Place place, Optional<Entry> before, Quotas.Claim claim)
            throws IOException {
        return ledger.submit(transaction -> {
            transaction.forget(path);
            Change change = written(transaction, path, intent, place.stat(), before);
            claim.close();
            return Optional.of(change);
        });
    }

    /** Enters what an intent has done; the result is the change itself, or empty where there was nothing to undo. */
    Ticket<Optional<Change>> carriedOut(RecordPath path, Intent intent, Place place, Optional<Entry> before)
            throws IOException {
        return ledger.submit(transaction -> {
            transaction.forget(path);
            return switch (intent.kind()) {
                case WRITE -> Optional.of(written(transaction, path, intent, place.stat(), before));
                case DELETE -> before.map(entry -> deleted(transaction, path, entry, intent.user()));
                case REJECT -> Optional.of(rejected(transaction, path, intent, place, before));
            };
        });
    }

    private static Change written(
            Transaction transaction, RecordPath path, Intent intent, Stat stat, Optional<Entry> before) {
        Entry entry = Entry.of(stat, transaction.newEtag(intent.sha256()), intent.sha256(), intent.user());
        transaction.put(path, entry);
        if (!intent.good().isEmpty()) {
            transaction.keep(path, new Good(intent.good(), intent.size(), intent.sha256()));
        } else {
            transaction.drop(path);
        }
        Change.Type type = before.isPresent() ? Change.Type.UPDATED : Change.Type.CREATED;
        return transaction.enter(new Draft(type, entry.version(path), intent.user(), intent.validators()));
    }

    private static Change deleted(Transaction transaction, RecordPath path, Entry entry, String user) {
        transaction.remove(path);
        transaction.drop(path);
        return transaction.enter(new Draft(Change.Type.DELETED, entry.version(path), user, List.of()));
    }

    private static Change rejected(
            Transaction transaction, RecordPath path, Intent intent, Place place, Optional<Entry> before) {
        RecordVersion refused = new RecordVersion(
                path, intent.size(), Entry.instant(intent.modified()), Optional.empty(), Optional.of(intent.sha256()));
        Change change = transaction.enter(
                new Draft(Change.Type.REJECTED, refused, "", intent.validators(), intent.violations()));
        if (place.isFile()) {
            before.ifPresent(entry -> transaction.put(path, entry.lookingLike(place.stat())));
        } else {
            before.ifPresent(entry -> deleted(transaction, path, entry, ""));
        }
        return change;
    }

    /** Enters a deletion that was made outside the hub. */
    Ticket<Optional<Change>> vanished(RecordPath path, Entry entry) throws IOException {
        return ledger.submit(transaction -> {
            transaction.forget(path);
            return Optional.of(deleted(transaction, path, entry, ""));
        });
    }

    /** Enters that a file looks otherwise but has the same bytes. */
    Ticket<Optional<Change>> touched(RecordPath path, Entry entry, Stat stat) throws IOException {
        return ledger.submit(transaction -> {
            transaction.put(path, entry.lookingLike(stat));
            transaction.forget(path);
            return Optional.empty();
        });
    }

    /** Enters a record that was there all the time, without an event. */
    Ticket<Optional<Change>> found(RecordPath path, Stat stat, String sha256, Optional<Good> good) throws IOException {
        return ledger.submit(transaction -> {
            transaction.put(path, Entry.of(stat, transaction.newEtag(sha256), sha256, ""));
            good.ifPresent(copy -> transaction.keep(path, copy));
            return Optional.empty();
        });
    }

    /** Drops an intent that was given up. */
    Ticket<Optional<Change>> givenUp(RecordPath path) throws IOException {
        return ledger.submit(transaction -> {
            transaction.forget(path);
            return Optional.empty();
        });
    }
}
