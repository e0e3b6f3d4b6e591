package io.datahub.http.files;

import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Listing;
import io.datahub.api.record.RecordStore;
import io.datahub.api.user.User;
import io.datahub.http.tree.TreeWalk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Searches a directory for names that contain a text, ignoring case. The work per request is bounded. */
final class ListingSearch {

    private static final int BATCH_SIZE = 2_000;

    private final RecordStore store;
    private final int maxNames;

    /** @param maxNames how many names are scanned before a page ends, however few matched */
    ListingSearch(RecordStore store, int maxNames) {
        this.store = store;
        this.maxNames = maxNames;
    }

    /**
     * Returns a page of matches in a directory and all below it, named by their paths relative to it; like {@link
     * #find}.
     */
    Result<Listing> findInTree(User user, RecordPath directory, String text, String after, int limit)
            throws IOException {
        Result<Listing> here = store.list(user, directory, "", 1);
        if (here.isRefused()) {
            return here;
        }
        Result<TreeWalk> walk = TreeWalk.after(store, user, directory, after);
        if (walk.isRefused()) {
            return Result.refused(walk.refusal().get());
        }
        String lowerCaseText = text.toLowerCase(Locale.ROOT);
        List<Listing.Entry> found = new ArrayList<>();
        String last = after;
        for (int scanned = 0; scanned < maxNames && found.size() < limit; scanned++) {
            Optional<TreeWalk.Step> step = walk.get().next();
            if (step.isEmpty()) {
                return Result.done(new Listing(
                        directory, found, Optional.empty(), here.get().cursor()));
            }
            Listing.Entry entry = step.get().entry();
            last = TreeWalk.relative(directory, step.get().path());
            if (entry.name().toLowerCase(Locale.ROOT).contains(lowerCaseText)) {
                found.add(new Listing.Entry(
                        last, entry.directory(), entry.size(), entry.modified(), entry.etag(), entry.clientModified()));
            }
        }
        return Result.done(
                new Listing(directory, found, Optional.of(last), here.get().cursor()));
    }

    /** Returns a page of matches; its {@link Listing#next} is where to continue, even if nothing has matched so far. */
    Result<Listing> find(User user, RecordPath directory, String text, String after, int limit) throws IOException {
        String lowerCaseText = text.toLowerCase(Locale.ROOT);
        List<Listing.Entry> found = new ArrayList<>();
        String from = after;
        for (int scanned = 0; ; ) {
            Result<Listing> page = store.list(user, directory, from, BATCH_SIZE);
            if (page.isRefused()) {
                return page;
            }
            Listing listing = page.get();
            for (Listing.Entry entry : listing.entries()) {
                if (entry.name().toLowerCase(Locale.ROOT).contains(lowerCaseText)) {
                    if (found.size() == limit) {
                        String last = found.get(limit - 1).name();
                        return Result.done(new Listing(directory, found, Optional.of(last), listing.cursor()));
                    }
                    found.add(entry);
                }
            }
            scanned += BATCH_SIZE;
            if (listing.next().isEmpty() || scanned >= maxNames) {
                return Result.done(new Listing(directory, found, listing.next(), listing.cursor()));
            }
            from = listing.next().get();
        }
    }
}
