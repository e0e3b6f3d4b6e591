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
     * @param modified when a record's version was committed, or a directory last changed
     * @param etag as in {@link RecordVersion#etag}
     * @param clientModified as in {@link RecordVersion#clientModified}; empty for a directory
     */
    public record Entry(
            String name,
            boolean directory,
            long size,
            Instant modified,
            Optional<String> etag,
            Optional<Instant> clientModified) {

        /**
         * The entry of a record.
         *
         * @param version its current version
         * @return the entry
         */
        public static Entry of(RecordVersion version) {
            return new Entry(
                    version.path().name(),
                    false,
                    version.size(),
                    version.modified(),
                    version.etag(),
                    version.clientModified());
        }

        /**
         * The entry of a directory.
         *
         * @param name the last segment of its path
         * @param modified when an entry was last added or removed
         * @return the entry
         */
        public static Entry directory(String name, Instant modified) {
            return new Entry(name, true, 0, modified, Optional.empty(), Optional.empty());
        }
    }
}
