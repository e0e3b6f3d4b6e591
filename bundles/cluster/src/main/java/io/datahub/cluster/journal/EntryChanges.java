package io.datahub.cluster.journal;

import io.datahub.api.cluster.LedgerEntry;
import io.datahub.api.path.RecordUrls;
import io.datahub.api.record.Change;
import io.datahub.api.record.Cursor;
import io.datahub.records.change.ChangeEventWriter;
import io.datahub.records.change.PendingChange;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Makes changes, as clients see them, of entries of the journal.
 *
 * @param epoch of the journal
 * @param source the CloudEvents source of the cluster
 * @param urls the URLs of records
 */
public record EntryChanges(String epoch, Supplier<String> source, Supplier<RecordUrls> urls) {

    /** The change of an entry. */
    public Change of(LedgerEntry entry) {
        Cursor cursor = cursor(entry.number());
        PendingChange pending =
                new PendingChange(entry.type(), entry.version(), entry.user(), entry.validators(), entry.violations());
        String url = urls.get().of(entry.version().path());
        String json =
                ChangeEventWriter.withUrl(ChangeEventWriter.write(pending, cursor, entry.time(), source.get()), url);
        return new Change(
                entry.type(),
                cursor,
                entry.time(),
                entry.version(),
                Optional.of(entry.user()).filter(user -> !user.isEmpty()),
                entry.validators(),
                url,
                json);
    }

    /** The position after the entry with a number. */
    public Cursor cursor(long number) {
        return new Cursor(epoch, number);
    }
}
