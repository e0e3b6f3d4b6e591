package io.datahub.api.record;

import io.datahub.api.path.RecordPath;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One page of a directory.
 *
 * @param path the directory
 * @param entries sorted by name
 * @param next the name after which to continue; empty on the last page
 * @param cursor the journal position at which the page was consistent: later changes may be missing from the page
 */
public record Listing(RecordPath path, List<Entry> entries, Optional<String> next, Cursor cursor) {

    public Listing {
        entries = List.copyOf(entries);
    }

    /**
     * An entry of a directory.
     *
     * @param name the last segment of its path
     * @param directory whether it is a directory; then size is 0 and there is no entity tag
     * @param size in bytes
     * @param modified when it was last modified
     * @param etag as in {@link RecordVersion#etag}
     */
    public record Entry(String name, boolean directory, long size, Instant modified, Optional<String> etag) {}
}
