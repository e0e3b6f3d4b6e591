package io.datahub.http.tree;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Listing;
import io.datahub.api.record.RecordStore;
import io.datahub.api.user.User;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;

/**
 * Walks through what a user may see of a directory, parents before what is in them, sorted by name. Only a page of each
 * directory on the way is in memory. What is deleted meanwhile is left out.
 */
public final class TreeWalk {

    /** What is refused so isn't there, or not what it was when it was listed. */
    static final Set<Reason> ABSENT = EnumSet.of(Reason.NOT_FOUND, Reason.CONFLICT, Reason.FORBIDDEN);

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
    public record Step(RecordPath path, Listing.Entry entry) {}

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

    /**
     * Begins a walk where another one has stopped.
     *
     * @param after the last path of the other walk; empty to begin with the first
     * @return the walk, or the refusal to list the directory
     */
    public static Result<TreeWalk> after(RecordStore store, User user, RecordPath directory, String after)
            throws IOException {
        String[] names = after.split("/", -1);
        Result<Listing> first = store.list(user, directory, names[0], PAGE_SIZE);
        if (first.isRefused()) {
            return Result.refused(first.refusal().get());
        }
        TreeWalk walk = new TreeWalk(store, user, first.get(), Set.of());
        RecordPath path = directory;
        boolean entered = !after.isEmpty();
        for (int i = 0; entered && i < names.length; i++) {
            Result<RecordPath> child = path.child(names[i]);
            if (child.isRefused()) {
                return Result.refused(child.refusal().get());
            }
            path = child.get();
            entered = walk.enter(path, i + 1 < names.length ? names[i + 1] : "");
        }
        return Result.done(walk);
    }

    private TreeWalk(RecordStore store, User user, Listing first, Set<String> names) {
        this.store = store;
        this.user = user;
        levels.push(new Level(first, names));
    }

    /** The path of something below a directory, relative to that. */
    public static String relative(RecordPath directory, RecordPath path) {
        return directory.isRoot()
                ? path.toString()
                : path.toString().substring(directory.toString().length() + 1);
    }

    /** The next step; empty at the end. */
    public Optional<Step> next() throws IOException {
        while (!levels.isEmpty()) {
            Level level = levels.peek();
            RecordPath directory = level.page.path();
            if (level.entries.hasNext()) {
                Listing.Entry entry = level.entries.next();
                RecordPath path = directory.child(entry.name()).get();
                if (entry.directory()) {
                    enter(path, "");
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

    /** Walks through a directory next, unless it is gone or is a record. */
    private boolean enter(RecordPath directory, String after) throws IOException {
        Optional<Listing> page = list(directory, after);
        page.ifPresent(listing -> levels.push(new Level(listing, Set.of())));
        return page.isPresent();
    }

    private Optional<Listing> list(RecordPath directory, String after) throws IOException {
        Result<Listing> listing = store.list(user, directory, after, PAGE_SIZE);
        if (!listing.isRefused()) {
            return Optional.of(listing.get());
        }
        if (ABSENT.contains(listing.refusal().get().reason())) {
            return Optional.empty();
        }
        throw new IOException(
                "can't list " + directory + ": " + listing.refusal().get().detail());
    }
}
