package io.datahub.api.cluster;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A page of a directory.
 *
 * @param directory the directory; empty if there is none at the path
 * @param entries its entries, by name
 * @param more whether there are entries after these
 * @param head the number of the newest entry of the journal at the moment of the listing: the page is certain once the
 *     journal is confirmed up to here
 */
public record LedgerListing(Optional<LedgerDirectory> directory, List<Entry> entries, boolean more, long head) {
    public LedgerListing {
        Objects.requireNonNull(directory);
        entries = List.copyOf(entries);
    }

    /**
     * An entry.
     *
     * @param name the last segment of its path
     * @param record the record; empty for a directory
     * @param modified when the record's version was committed, or the directory last changed
     */
    public record Entry(String name, Optional<LedgerRecord> record, Instant modified) {
        public Entry {
            Objects.requireNonNull(name);
            Objects.requireNonNull(record);
            Objects.requireNonNull(modified);
        }
    }
}
