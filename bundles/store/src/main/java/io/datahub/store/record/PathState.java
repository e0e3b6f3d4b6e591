package io.datahub.store.record;

import io.datahub.api.record.RecordPath;
import io.datahub.api.record.RecordVersion;
import io.datahub.store.disk.DirectoryEntry;
import io.datahub.store.disk.FileStat;
import io.datahub.store.metadata.IndexEntry;
import java.util.Optional;

/**
 * What the disk and the index say of a path.
 *
 * @param place what the disk says
 * @param entry what the index says
 */
record PathState(DirectoryEntry place, Optional<IndexEntry> entry) {

    /** Neither knows anything. */
    static final PathState NOTHING = new PathState(DirectoryEntry.NOTHING, Optional.empty());

    /** Whether both say the same. */
    boolean isSettled() {
        return place.isFile() ? entry.isPresent() && entry.get().matches(place.stat()) : entry.isEmpty();
    }

    /** The version that lies there; without its entity tag while the index doesn't know it. */
    Optional<RecordVersion> version(RecordPath path) {
        if (!place.isFile()) {
            return Optional.empty();
        }
        return Optional.of(isSettled() ? entry.get().version(path) : unknown(path, place.stat()));
    }

    private static RecordVersion unknown(RecordPath path, FileStat stat) {
        return new RecordVersion(
                path, stat.size(), IndexEntry.instant(stat.modified()), Optional.empty(), Optional.empty());
    }
}
