package io.datahub.api.record;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One page of a directory.
 *
 * @param path the directory
 * @param entries sorted by name
 * @param next the name to go on after; empty on the last page
 * @param cursor the point in the journal at which the page was true: changes after it may be missing from the page
 */
public record Listing(RecordPath path, List<Entry> entries, Optional<String> next, Cursor cursor) {

    public Listing {
        entries = List.copyOf(entries);
    }

    /**
     * What a directory holds.
     *
     * @param name its last segment
     * @param directory whether it is a directory; then size is 0 and there is no entity tag
     * @param size in bytes
     * @param modified when it last changed
     * @param etag as in {@link RecordVersion#etag}
     */
    public record Entry(String name, boolean directory, long size, Instant modified, Optional<String> etag) {}
}
