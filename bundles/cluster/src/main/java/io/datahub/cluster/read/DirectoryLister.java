package io.datahub.cluster.read;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.cluster.LedgerListing;
import io.datahub.api.cluster.LedgerRecord;
import io.datahub.api.cluster.LedgerRecords;
import io.datahub.api.cluster.Lookup;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Listing;
import io.datahub.api.user.User;
import io.datahub.cluster.journal.Confirmation;
import io.datahub.cluster.journal.EntryChanges;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Lists directories for users who may read something in them. */
public record DirectoryLister(LedgerRecords records, Lookups lookups, Confirmation confirmation, EntryChanges changes) {

    /** A user who may read little of a directory gets it in pages of at least this many names. */
    private static final int MIN_PAGE = 100;

    /** Lists the entries that the user may see; at most {@code limit} after the name {@code after}. */
    public Result<Listing> list(User user, RecordPath directory, String after, int limit) throws IOException {
        if (!user.mayEnter(directory)) {
            return Result.refused(Reason.FORBIDDEN, "you have no grant to read anything in /" + directory);
        }
        List<Listing.Entry> shown = new ArrayList<>();
        String from = after;
        long consistentAt = Long.MAX_VALUE;
        LedgerListing page;
        do {
            page = records.list(directory, from, Math.max(MIN_PAGE, limit + 1));
            if (page.directory().isEmpty()) {
                return Result.refused(refuse(user, directory));
            }
            confirmation.await(page.head());
            consistentAt = Math.min(consistentAt, page.head());
            for (LedgerListing.Entry each : page.entries()) {
                entry(user, directory, each).ifPresent(shown::add);
                from = each.name();
            }
        } while (page.more() && shown.size() <= limit);
        boolean hasNext = shown.size() > limit;
        List<Listing.Entry> entries = hasNext ? shown.subList(0, limit) : shown;
        Optional<String> next = hasNext ? Optional.of(entries.get(limit - 1).name()) : Optional.empty();
        return Result.done(new Listing(directory, entries, next, changes.cursor(consistentAt)));
    }

    private Refusal refuse(User user, RecordPath directory) throws IOException {
        return user.mayRead(directory) && lookups.find(directory).record().isPresent()
                ? new Refusal(Reason.CONFLICT, directory + " is a record and not a directory")
                : new Refusal(Reason.NOT_FOUND, "there is no directory /" + directory);
    }

    private static Optional<Listing.Entry> entry(User user, RecordPath directory, LedgerListing.Entry each) {
        RecordPath path = directory.child(each.name()).get();
        if (each.record().isPresent()) {
            return each.record()
                    .filter(record -> user.mayRead(path))
                    .map(LedgerRecord::version)
                    .map(Listing.Entry::of);
        }
        return user.mayEnter(path)
                ? Optional.of(Listing.Entry.directory(each.name(), each.modified()))
                : Optional.empty();
    }

    /** The record or directory at a path. */
    public Result<Listing.Entry> stat(User user, RecordPath path) throws IOException {
        if (user.mayRead(path) || user.mayEnter(path)) {
            Lookup found = lookups.find(path);
            if (found.directory().isPresent() && user.mayEnter(path)) {
                return Result.done(Listing.Entry.directory(
                        path.name(), found.directory().get().modified()));
            }
            if (user.mayRead(path)) {
                return found.record()
                        .map(record -> Result.done(Listing.Entry.of(record.version())))
                        .orElseGet(() -> Result.refused(Reason.NOT_FOUND, "there is nothing at /" + path));
            }
        }
        return Result.refused(Reason.FORBIDDEN, "you have no grant to read /" + path);
    }
}
