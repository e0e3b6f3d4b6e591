package io.datahub.store.core;

import io.datahub.api.Home;
import io.datahub.api.file.FileStat;
import io.datahub.api.path.RecordPath;
import io.datahub.records.guard.PathStatus;
import io.datahub.records.settings.StoreSettings;
import io.datahub.store.disk.DirectoryEntry;
import io.datahub.store.disk.Parents;
import io.datahub.store.disk.Staging;
import io.datahub.store.disk.Tree;
import io.datahub.store.metadata.IndexEntry;
import io.datahub.store.metadata.MetadataStore;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What all parts of the store share: the directory tree, the metadata store, what keeps the two consistent, and the
 * settings.
 *
 * @param parents creates the parent directories of records
 * @param locks held while a path is changed
 * @param renames marks a path while the disk is ahead of the index
 * @param mismatches receives paths where disk and index differ
 * @param settings the current settings
 */
public record StoreContext(
        Tree tree,
        MetadataStore metadata,
        Staging staging,
        Parents parents,
        PathLocks locks,
        InFlightRenames renames,
        FailPoints failPoints,
        Mismatches mismatches,
        Supplier<StoreSettings> settings) {

    private static final int TRIES = 100;
    private static final int RENAME_TRIES = 5;

    /** Opens the home's directories of records and staged files. */
    public StoreContext(Home home, MetadataStore metadata, Supplier<StoreSettings> settings, FailPoints failPoints)
            throws IOException {
        this(new Tree(files(home)), metadata, new Staging(home.state(), files(home)), settings, failPoints);
    }

    private static Path files(Home home) {
        return home.root().resolve(Tree.FOLDER);
    }

    private StoreContext(
            Tree tree,
            MetadataStore metadata,
            Staging staging,
            Supplier<StoreSettings> settings,
            FailPoints failPoints) {
        this(
                tree,
                metadata,
                staging,
                new Parents(tree, staging),
                new PathLocks(),
                new InFlightRenames(),
                failPoints,
                new Mismatches(),
                settings);
    }

    /** Whether this is a name that programs give to files that they haven't finished. */
    public boolean isTemporary(RecordPath path) {
        return settings.get().temporaryNames().contain(path);
    }

    /**
     * Whether the file is an unfinished file of another program, according to its name; it is no record until renamed.
     */
    public boolean isTemporary(RecordPath path, PathState state) {
        return state.onDisk().isFile() && state.entry().isEmpty() && isTemporary(path);
    }

    /** The state of a path. The caller holds its lock, so the hub itself isn't changing it. */
    public PathState lookUpLocked(RecordPath path) throws IOException {
        return new PathState(tree.lookUp(path), metadata.entry(path));
    }

    /**
     * Whether a file is unchanged. The attributes identify the file itself, whatever has happened to its parent
     * directories.
     */
    public boolean isUnchangedOnDisk(RecordPath path, PathState state) throws IOException {
        return FileStat.of(tree.resolve(path))
                .filter(state.onDisk().stat()::equals)
                .isPresent();
    }

    /** Whether the index has the file at a path as it is, however it is reached. */
    public boolean isIndexed(RecordPath path) throws IOException {
        Optional<IndexEntry> entry = metadata.entry(path);
        return entry.isPresent() && new PathState(tree.lookUpUnchecked(path), entry).isConsistent();
    }

    /** Whether a file and its index entry are unchanged. The caller holds the path's lock. */
    public boolean isUnchanged(RecordPath path, PathState state) throws IOException {
        return isUnchangedOnDisk(path, state) && metadata.entry(path).equals(state.entry());
    }

    /**
     * The state of a path. Waits while the hub itself is changing the path, so that a difference of disk and index is
     * one caused by another program.
     */
    public PathState lookUp(RecordPath path) throws IOException {
        Optional<IndexEntry> entry = metadata.entry(path);
        if (entry.isPresent()) {
            PathState quick = new PathState(tree.lookUpUnchecked(path), entry);
            if (quick.isConsistent()) {
                return quick; // the attributes identify the file itself, however it is reached
            }
        }
        PathState state = lookUntilStable(path);
        if (!state.isConsistent() && !isTemporary(path, state)) {
            mismatches.report(path); // a change through another hard link of the file causes no notification
        }
        return state;
    }

    /**
     * What is on disk after the hub has renamed a file to a path. If another program has changed it since, the
     * attributes from before the rename are returned, so that the change is detected.
     *
     * @param staged the file before the rename
     */
    public DirectoryEntry afterRename(RecordPath path, FileStat staged) throws IOException {
        DirectoryEntry onDisk = tree.lookUpUnchecked(path); // the attributes identify the file itself
        return onDisk.isFile() && onDisk.stat().hasContentOf(staged)
                ? onDisk
                : new DirectoryEntry(PathStatus.Kind.FILE, staged);
    }

    /** Renames something to a path whose parents exist. */
    public interface Rename {
        void run() throws IOException;
    }

    /**
     * Creates the missing parents of a path, and renames something to it.
     *
     * @param missing the parents that were missing just now, outermost first
     * @return false if the path holds something that can't be replaced
     */
    public boolean renameTo(RecordPath path, List<RecordPath> missing, Rename rename) throws IOException {
        for (int i = 0; ; i++) {
            try {
                parents.create(i == 0 ? missing : parents.missing(path));
                rename.run();
                return true;
            } catch (NoSuchFileException e) {
                // A parent directory was removed because it was empty.
                if (i == RENAME_TRIES) {
                    throw e;
                }
            } catch (AccessDeniedException e) {
                throw e;
            } catch (FileSystemException e) {
                DirectoryEntry onDisk = tree.lookUp(path);
                if (onDisk.isFile() || onDisk.isNothing()) {
                    throw e;
                }
                return false;
            }
        }
    }

    /**
     * Removes up to this many parent directories of a path, innermost first, as long as they are empty, weren't made on
     * purpose, and aren't being made now. The caller holds the path's lock.
     */
    @SuppressWarnings("try")
    public void removeEmptyParents(RecordPath path, int levels) throws IOException {
        RecordPath parent = path.parent();
        for (int i = 0; i < levels && !parent.isRoot(); i++, parent = parent.parent()) {
            Optional<PathLocks.Held> lock = locks.tryToHold(parent);
            if (lock.isEmpty()) {
                return;
            }
            try (PathLocks.Held held = lock.get()) {
                if (metadata.isMadeDirectory(parent)) {
                    return;
                }
                tree.removeDirectory(parent);
            } catch (NoSuchFileException e) {
                // It wasn't created; its parent may have been.
            } catch (DirectoryNotEmptyException e) {
                return;
            }
        }
    }

    private PathState lookUntilStable(RecordPath path) throws IOException {
        PathState state = new PathState(tree.lookUp(path), metadata.entry(path));
        for (int i = 0; i < TRIES && !state.isConsistent(); i++) {
            boolean moved = renames.await(path);
            Optional<IndexEntry> before = metadata.entry(path);
            DirectoryEntry onDisk = tree.lookUp(path);
            PathState next = new PathState(onDisk, metadata.entry(path));
            moved |= renames.await(path);
            if (!moved && next.entry().equals(before) && next.equals(state)) {
                return next;
            }
            state = next;
        }
        return state;
    }
}
