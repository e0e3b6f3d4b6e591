package io.datahub.http.archive;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Listing;
import io.datahub.api.record.RecordStore;
import io.datahub.api.user.User;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;

/**
 * Walks through what a user may see of a directory, parents before what is in them, sorted by name. Only a page of each
 * directory on the way is in memory. What is deleted meanwhile is left out.
 */
final class TreeWalk {

    private static final int PAGE_SIZE = 1_000;

    private final RecordStore store;
    private final User user;
    private final Deque<Level> levels = new ArrayDeque<>();

    /**
     * A step of the walk.
     *
     * @param path the record or directory
     * @param entry as it was listed
     */
    record Step(RecordPath path, Listing.Entry entry) {}

    /** A directory that is being walked through. */
    private static final class Level {
        private Listing page;
        private final Set<String> names;
        private Iterator<Listing.Entry> entries;

        Level(Listing page, Set<String> names) {
            this.names = names;
            turnTo(page);
        }

        void turnTo(Listing next) {
            page = next;
            entries = next.entries().stream()
                    .filter(entry -> names.isEmpty() || names.contains(entry.name()))
                    .iterator();
        }
    }

    /**
     * Begins a walk.
     *
     * @param names which entries of the directory; all if it is empty
     * @return the walk, or the refusal to list the directory
     */
    static Result<TreeWalk> of(RecordStore store, User user, RecordPath directory, Set<String> names)
            throws IOException {
        Result<Listing> first = store.list(user, directory, "", PAGE_SIZE);
        return first.isRefused()
                ? Result.refused(first.refusal().get())
                : Result.done(new TreeWalk(store, user, first.get(), names));
    }

    private TreeWalk(RecordStore store, User user, Listing first, Set<String> names) {
        this.store = store;
        this.user = user;
        levels.push(new Level(first, names));
    }

    /** The next step; empty at the end. */
    Optional<Step> next() throws IOException {
        while (!levels.isEmpty()) {
            Level level = levels.peek();
            RecordPath directory = level.page.path();
            if (level.entries.hasNext()) {
                Listing.Entry entry = level.entries.next();
                RecordPath path = directory.child(entry.name()).get();
                if (entry.directory()) {
                    list(path, "").ifPresent(page -> levels.push(new Level(page, Set.of())));
                }
                return Optional.of(new Step(path, entry));
            }
            Optional<Listing> further = level.page.next().isEmpty()
                    ? Optional.empty()
                    : list(directory, level.page.next().get());
            further.ifPresentOrElse(level::turnTo, levels::pop);
        }
        return Optional.empty();
    }

    private Optional<Listing> list(RecordPath directory, String after) throws IOException {
        Result<Listing> listing = store.list(user, directory, after, PAGE_SIZE);
        if (!listing.isRefused()) {
            return Optional.of(listing.get());
        }
        if (listing.refusal().get().reason() == Reason.NOT_FOUND
                || listing.refusal().get().reason() == Reason.CONFLICT) {
            return Optional.empty();
        }
        throw new IOException(
                "can't list " + directory + ": " + listing.refusal().get().detail());
    }
}
