package io.datahub.store.core;

import io.datahub.api.record.RecordPath;
import io.datahub.api.record.RecordVersion;
import io.datahub.store.disk.DirectoryEntry;
import io.datahub.store.disk.FileStat;
import io.datahub.store.metadata.IndexEntry;
import java.util.Optional;

/**
 * The state of a path on disk and in the index.
 *
 * @param onDisk what the disk has
 * @param entry what the index has
 */
public record PathState(DirectoryEntry onDisk, Optional<IndexEntry> entry) {

    /** Neither disk nor index has anything at the path. */
    public static final PathState NOTHING = new PathState(DirectoryEntry.NOTHING, Optional.empty());

    /** Whether disk and index agree. */
    public boolean isConsistent() {
        return onDisk.isFile() ? entry.isPresent() && entry.get().matches(onDisk.stat()) : entry.isEmpty();
    }

    /** The version on disk; without its entity tag if the index doesn't match. */
    public Optional<RecordVersion> version(RecordPath path) {
        if (!onDisk.isFile()) {
            return Optional.empty();
        }
        return Optional.of(isConsistent() ? entry.get().version(path) : unindexed(path, onDisk.stat()));
    }

    private static RecordVersion unindexed(RecordPath path, FileStat stat) {
        return new RecordVersion(
                path, stat.size(), IndexEntry.instant(stat.modified()), Optional.empty(), Optional.empty());
    }
}
