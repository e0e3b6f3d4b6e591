package io.datahub.store.read;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Cursor;
import io.datahub.api.record.Listing;
import io.datahub.api.user.User;
import io.datahub.records.guard.ReservedPaths;
import io.datahub.store.core.PathState;
import io.datahub.store.core.StoreContext;
import io.datahub.store.disk.DirectoryEntry;
import io.datahub.store.metadata.IndexEntry;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Lists directories page by page. The cost of a page depends on its entries, not on the size of the directory. */
public final class DirectoryLister {

    private static final int TRIES = 20;

    private final StoreContext context;
    private final DirectoryNames directoryNames;

    public DirectoryLister(StoreContext context) {
        this.context = context;
        directoryNames =
                new DirectoryNames(System::nanoTime, Runtime.getRuntime().maxMemory());
    }

    /** Lists the entries that the user may see; at most {@code limit} after the name {@code after}. */
    public Result<Listing> list(User user, RecordPath directory, String after, int limit) throws IOException {
        if (!user.mayEnter(directory)) {
            return Result.refused(Reason.FORBIDDEN, "you have no grant to read anything in " + shown(directory));
        }
        Cursor cursor = context.metadata().head().cursor();
        DirectoryEntry onDisk = ReservedPaths.contain(directory)
                ? DirectoryEntry.NOTHING
                : context.tree().lookUp(directory);
        if (!onDisk.isDirectory()) {
            return onDisk.isFile() && user.mayRead(directory)
                    ? Result.refused(Reason.CONFLICT, directory + " is a record and not a directory")
                    : Result.refused(Reason.NOT_FOUND, "there is no directory " + shown(directory));
        }
        NavigableSet<String> names;
        try {
            names = names(user, directory, after, limit + 1);
        } catch (NoSuchFileException e) {
            return Result.refused(Reason.NOT_FOUND, "there is no directory " + shown(directory));
        }
        Optional<String> next = Optional.empty();
        if (names.size() > limit) {
            names.pollLast();
            next = Optional.of(names.last());
        }
        List<RecordPath> paths =
                names.stream().map(name -> directory.child(name).get()).toList();
        return Result.done(new Listing(directory, durableEntries(user, paths), next, cursor));
    }

    /** What is at these paths, with nothing that a killed hub would forget. */
    private List<Listing.Entry> durableEntries(User user, List<RecordPath> paths) throws IOException {
        for (int i = 0; i < TRIES; i++) {
            List<Listing.Entry> entries = new ArrayList<>(paths.size());
            for (RecordPath path : paths) {
                entry(user, path, path.name()).ifPresent(entries::add);
            }
            if (context.metadata().awaitDurable(paths)) {
                return entries;
            }
        }
        throw new IOException("the index entries of " + paths + " can't be written");
    }

    /** The record or directory at a path. */
    public Result<Listing.Entry> stat(User user, RecordPath path) throws IOException {
        if (!user.mayRead(path) && !user.mayEnter(path)) {
            return Result.refused(Reason.FORBIDDEN, "you have no grant to read " + shown(path));
        }
        Optional<Listing.Entry> entry = ReservedPaths.contain(path)
                ? Optional.empty()
                : durableEntries(user, List.of(path)).stream().findFirst();
        return entry.map(Result::done)
                .orElseGet(() -> user.mayRead(path)
                        ? Result.refused(Reason.NOT_FOUND, "there is nothing at " + shown(path))
                        : Result.refused(Reason.FORBIDDEN, "you have no grant to read " + shown(path)));
    }

    private static String shown(RecordPath directory) {
        return "/" + directory;
    }

    /** The first names after {@code after} that the user may see. */
    private NavigableSet<String> names(User user, RecordPath directory, String after, int max) throws IOException {
        Predicate<String> shown = name -> isShown(user, directory, name);
        Path folder = context.tree().resolve(directory);
        Optional<DirectoryNames.Names> found = directoryNames.of(directory, folder);
        if (found.isEmpty()) {
            return DirectoryNames.read(folder, after, shown, max);
        }
        NavigableSet<String> names = new TreeSet<>();
        List<String> sorted = found.get().sorted();
        int at = Collections.binarySearch(sorted, after);
        for (int i = at < 0 ? -at - 1 : at + 1; i < sorted.size() && names.size() < max; i++) {
            if (shown.test(sorted.get(i))) {
                names.add(sorted.get(i));
            }
        }
        if (!found.get().exact()) {
            addIndexed(names, directory, after, shown, max);
        }
        return names;
    }

    /** Adds names from the index, so that no record is missing that was committed since the directory was read. */
    private void addIndexed(
            NavigableSet<String> names, RecordPath directory, String after, Predicate<String> shown, int max)
            throws IOException {
        int count = 0;
        String from = after;
        List<String> page;
        do {
            page = context.metadata().names(directory, from, max);
            for (String name : page) {
                from = name;
                if (shown.test(name)) {
                    names.add(name);
                    count++;
                }
            }
        } while (count < max && page.size() == max);
        while (names.size() > max) {
            names.pollLast();
        }
    }

    private static boolean isShown(User user, RecordPath directory, String name) {
        Result<RecordPath> path = directory.child(name);
        return !path.isRefused()
                && !ReservedPaths.contain(path.get())
                && (user.mayRead(path.get()) || user.mayEnter(path.get()));
    }

    private Optional<Listing.Entry> entry(User user, RecordPath path, String name) throws IOException {
        PathState state = context.lookUp(path);
        if (state.onDisk().isDirectory() && user.mayEnter(path)) {
            Instant modified = IndexEntry.instant(state.onDisk().stat().modified());
            return Optional.of(Listing.Entry.directory(name, modified));
        }
        if (!user.mayRead(path) || context.isTemporary(path, state)) {
            return Optional.empty();
        }
        return state.version(path).map(Listing.Entry::of);
    }
}
