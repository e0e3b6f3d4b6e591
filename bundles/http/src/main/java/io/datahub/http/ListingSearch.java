package io.datahub.http;

import io.datahub.api.Result;
import io.datahub.api.record.Listing;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.RecordStore;
import io.datahub.api.user.User;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds the entries of a directory whose names contain a text, in any case of letters. Bounded work for each request. */
final class ListingSearch {

    private static final int AT_ONCE = 2_000;

    private final RecordStore store;
    private final int mostNames;

    /** @param mostNames after how many names of the directory a page ends, however few were found */
    ListingSearch(RecordStore store, int mostNames) {
        this.store = store;
        this.mostNames = mostNames;
    }

    /** A page of what was found; its {@link Listing#next} is where to look on, even if nothing was found so far. */
    Result<Listing> find(User user, RecordPath directory, String text, String after, int limit) throws IOException {
        String wanted = text.toLowerCase(Locale.ROOT);
        List<Listing.Entry> found = new ArrayList<>();
        String from = after;
        for (int seen = 0; ; ) {
            Result<Listing> page = store.list(user, directory, from, AT_ONCE);
            if (page.isRefused()) {
                return page;
            }
            Listing listing = page.get();
            for (Listing.Entry entry : listing.entries()) {
                if (entry.name().toLowerCase(Locale.ROOT).contains(wanted)) {
                    if (found.size() == limit) {
                        String last = found.get(limit - 1).name();
                        return Result.done(new Listing(directory, found, Optional.of(last), listing.cursor()));
                    }
                    found.add(entry);
                }
            }
            seen += AT_ONCE;
            if (listing.next().isEmpty() || seen >= mostNames) {
                return Result.done(new Listing(directory, found, listing.next(), listing.cursor()));
            }
            from = listing.next().get();
        }
    }
}
