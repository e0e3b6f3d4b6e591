package io.datahub.store.core;

import io.datahub.api.file.FileStat;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.RecordVersion;
import io.datahub.records.guard.PathStatus;
import io.datahub.store.disk.DirectoryEntry;
import io.datahub.store.metadata.IndexEntry;
import java.time.Duration;
import java.util.Optional;

/**
 * The state of a path on disk and in the index.
 *
 * @param onDisk what the disk has
 * @param entry what the index has
 */
public record PathState(DirectoryEntry onDisk, Optional<IndexEntry> entry) implements PathStatus {

    /** Multiple of the quiet period for an empty new file: most often its program is about to write it. */
    private static final int EMPTY_FACTOR = 3;

    /**
     * Multiple of the quiet period for a record that became empty: it is being rewritten, and the disk may delay its
     * program.
     */
    private static final int EMPTIED_FACTOR = 10;

    /** Neither disk nor index has anything at the path. */
    public static final PathState NOTHING = new PathState(DirectoryEntry.NOTHING, Optional.empty());

    @Override
    public Kind kind() {
        return onDisk.kind();
    }

    /** Whether disk and index agree. */
    @Override
    public boolean isConsistent() {
        return onDisk.isFile() ? entry.isPresent() && entry.get().matches(onDisk.stat()) : entry.isEmpty();
    }

    /** Whether the file is the one in the index, changed by a program that didn't replace it. */
    public boolean isChangedInPlace() {
        return onDisk.isFile()
                && entry.isPresent()
                && entry.get().key() == onDisk.stat().key()
                && !isConsistent();
    }

    /** The version on disk; without its entity tag if the index doesn't match. */
    @Override
    public Optional<RecordVersion> version(RecordPath path) {
        if (!onDisk.isFile()) {
            return Optional.empty();
        }
        return Optional.of(isConsistent() ? entry.get().version(path) : unindexed(path, onDisk.stat()));
    }

    /**
     * Whether the file was modified less than the quiet period ago, so that its program may still be writing it.
     *
     * @param nowMillis the current time, in milliseconds since 1970
     */
    public boolean isRecentlyModified(Duration quiet, long nowMillis) {
        FileStat stat = onDisk.stat();
        long age = nowMillis - stat.lastChanged() / 1_000_000;
        int factor = stat.size() > 0 ? 1 : entry.isEmpty() ? EMPTY_FACTOR : EMPTIED_FACTOR;
        long needed = factor * quiet.toMillis();
        // A time in the future is not evidence: clocks differ, and files can be given any time.
        return age < needed && age > -needed;
    }

    private static RecordVersion unindexed(RecordPath path, FileStat stat) {
        return new RecordVersion(
                path, stat.size(), IndexEntry.instant(stat.modified()), Optional.empty(), Optional.empty());
    }
}
