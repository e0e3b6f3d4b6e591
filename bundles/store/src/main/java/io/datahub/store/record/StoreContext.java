package io.datahub.store.record;

import io.datahub.api.record.RecordPath;
import io.datahub.store.disk.DirectoryEntry;
import io.datahub.store.disk.FileStat;
import io.datahub.store.disk.Parents;
import io.datahub.store.disk.Staging;
import io.datahub.store.disk.Tree;
import io.datahub.store.metadata.IndexEntry;
import io.datahub.store.metadata.MetadataStore;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Where the records are: the tree on the disk, the ledger that knows what was entered, and what keeps the two together.
 *
 * @param parents makes the directories that lead to records
 * @param locks held while a path is changed
 * @param moving marks a path while the disk is ahead of the ledger
 * @param temporary whether programs give such names to files that they haven't finished
 * @param suspicious is told of paths where disk and index were seen to differ
 */
record StoreContext(
        Tree tree,
        MetadataStore ledger,
        Staging staging,
        Parents parents,
        PathLocks locks,
        InFlightRenames moving,
        FailPoints steps,
        Predicate<RecordPath> temporary,
        Consumer<RecordPath> suspicious) {

    private static final int TRIES = 100;

    StoreContext(
            Tree tree,
            MetadataStore ledger,
            Staging staging,
            FailPoints steps,
            Predicate<RecordPath> temporary,
            Consumer<RecordPath> suspicious) {
        this(
                tree,
                ledger,
                staging,
                new Parents(tree, staging),
                new PathLocks(),
                new InFlightRenames(),
                steps,
                temporary,
                suspicious);
    }

    /** Whether somebody outside the hub hasn't finished the file yet, to judge by its name; it is no record until renamed. */
    boolean isUnfinished(RecordPath path, PathState sight) {
        return sight.place().isFile() && sight.entry().isEmpty() && temporary.test(path);
    }

    /** Looks at a path under its lock, so that the hub itself isn't changing it just now. */
    PathState lookLocked(RecordPath path) throws IOException {
        return new PathState(tree.lookUp(path), ledger.entry(path));
    }

    /**
     * Whether a file that was seen is still as it was. The stamps tell the file itself, whatever may have happened to the
     * directories that lead there.
     */
    boolean isUntouched(RecordPath path, PathState sight) throws IOException {
        return FileStat.of(tree.resolve(path))
                .filter(sight.place().stat()::equals)
                .isPresent();
    }

    /** Whether a file that was seen, and what the index says of it, are still as they were; under the path's lock. */
    boolean isSame(RecordPath path, PathState sight) throws IOException {
        return isUntouched(path, sight) && ledger.entry(path).equals(sight.entry());
    }

    /** Looks at a path. That disk and index differ because the hub itself is changing the path just now isn't seen. */
    PathState look(RecordPath path) throws IOException {
        Optional<IndexEntry> entry = ledger.entry(path);
        if (entry.isPresent()) {
            PathState glance = new PathState(tree.lookUpUnchecked(path), entry);
            if (glance.isSettled()) {
                return glance; // the stamps tell the file itself, however it is reached
            }
        }
        PathState sight = lookTwice(path);
        if (!sight.isSettled() && !isUnfinished(path, sight)) {
            suspicious.accept(path); // no notification comes of a change by another name of the file, a hard link
        }
        return sight;
    }

    /**
     * What the hub has just put at a path, as the disk shows it now. If others have changed it since, it is told as it was
     * before it was put there, so that their change is found to be one.
     *
     * @param put the file before it was put there
     */
    DirectoryEntry placed(RecordPath path, FileStat put) throws IOException {
        DirectoryEntry place = tree.lookUp(path);
        return place.isFile() && place.stat().hasContentOf(put)
                ? place
                : new DirectoryEntry(DirectoryEntry.Kind.FILE, put);
    }

    private PathState lookTwice(RecordPath path) throws IOException {
        PathState sight = new PathState(tree.lookUp(path), ledger.entry(path));
        for (int i = 0; i < TRIES && !sight.isSettled(); i++) {
            boolean moved = moving.await(path);
            Optional<IndexEntry> before = ledger.entry(path);
            DirectoryEntry place = tree.lookUp(path);
            PathState next = new PathState(place, ledger.entry(path));
            moved |= moving.await(path);
            if (!moved && next.entry().equals(before) && next.equals(sight)) {
                return next;
            }
            sight = next;
        }
        return sight;
    }
}
