package io.datahub.api.cluster;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The journal: entries numbered from 1 in the order in which they were committed; {@link LedgerEvents} have numbers in
 * between. The oldest are trimmed from time to time. Entries of a kind that only later versions know, which hubs of those may write, are left out of what
 * is read.
 */
@ProviderType
public interface LedgerJournal {

    /**
     * The ends of the journal.
     *
     * @param oldest the number before the oldest retained entry
     * @param newest the number of the newest entry, which may not be replicated yet; as oldest if there is none
     */
    record Head(long oldest, long newest) {}

    /**
     * A page.
     *
     * @param entries the entries, oldest first
     * @param next the number up to which the journal was examined; there may be further entries after it
     * @param head the ends of the journal at the moment of reading: entries up to its oldest are missing in the page
     */
    record Page(List<LedgerEntry> entries, long next, Head head) {
        public Page {
            entries = List.copyOf(entries);
        }
    }

    /**
     * The ends of the journal.
     *
     * @return the ends
     * @throws IOException if the ledger is unreachable
     */
    Head head() throws IOException;

    /**
     * Reads entries, oldest first. One call examines a limited number of entries, so the page may be empty although
     * there are matching ones further on.
     *
     * @param after the number after which to begin
     * @param upTo the number of the last entry that may be read: usually the one up to which the journal is confirmed
     * @param prefix reads only entries of paths that begin so; empty for all
     * @param limit the maximum number of entries, at least 1
     * @return a page
     * @throws IOException if the ledger is unreachable
     */
    Page read(long after, long upTo, String prefix, int limit) throws IOException;

    /**
     * Reads the newest entries. One call examines a limited number of entries.
     *
     * @param upTo the number of the last entry that may be read
     * @param prefix reads only entries of paths that begin so; empty for all
     * @param limit the maximum number of entries, at least 1
     * @return the newest of them, oldest first; next is the smaller of {@code upTo} and the newest number
     * @throws IOException if the ledger is unreachable
     */
    Page newest(long upTo, String prefix, int limit) throws IOException;

    /**
     * Trims entries that are too old or too many, for some seconds at most.
     *
     * @param keepFor how long entries are kept
     * @param maxBytes the maximum size of all entries, in bytes; estimated
     * @return whether there may be more to trim
     * @throws IOException if the ledger is unreachable
     */
    boolean trim(Duration keepFor, long maxBytes) throws IOException;
}
