package io.datahub.api.cluster;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Fills a ledger with the records and the journal of a hub that was no part of a cluster, so that entity tags and
 * cursors stay valid. Registered as a service once the ledger could be reached; the {@link SharedLedger} isn't there
 * between {@link #begin} and {@link #finish}, and has the other epoch afterwards.
 *
 * <p>An import that was interrupted is begun again with the same epoch: what is there stays, and what is added again
 * replaces it. Methods block on the network; what they have added is replicated when they return. For one caller at a
 * time.
 *
 * <p>For the way back, records, directories and journal are read from the {@link SharedLedger} while nothing writes.
 */
@ProviderType
public interface LedgerTransfer {

    /**
     * What the ledger has.
     *
     * @param epoch the epoch of the import that isn't finished; empty if there is none
     * @param records number of records
     * @param directories number of directories, without the root
     * @param entries number of entries of the journal
     */
    record Progress(Optional<String> epoch, long records, long directories, long entries) {}

    /**
     * What the ledger has now.
     *
     * @return the numbers
     * @throws IOException if the ledger is unreachable
     */
    Progress progress() throws IOException;

    /**
     * Begins an import, or goes on with it. At the beginning a users file in the ledger and the entries about it are
     * deleted.
     *
     * @param epoch the epoch of the journal that is imported
     * @return what is there; or a refusal: {@link Reason#CONFLICT} if the ledger has records other than the users file,
     *     or an import of another epoch isn't finished
     * @throws IOException if the ledger is unreachable
     */
    Result<Progress> begin(String epoch) throws IOException;

    /**
     * Adds records whose bytes are in the blobs already; missing parents are created.
     *
     * @param records the records; the number is 0 if the entry is unknown
     * @throws IOException if the ledger is unreachable, or no import has begun
     */
    void addRecords(List<LedgerRecord> records) throws IOException;

    /**
     * Adds directories, or replaces what is known of them; missing parents are created.
     *
     * @param directories the directories
     * @throws IOException if the ledger is unreachable, or no import has begun
     */
    void addDirectories(List<LedgerDirectory> directories) throws IOException;

    /**
     * Adds entries of the journal, in any order.
     *
     * @param entries the entries with their numbers
     * @throws IOException if the ledger is unreachable, or no import has begun
     */
    void addEntries(List<LedgerEntry> entries) throws IOException;

    /**
     * Ends the import: hubs can use the ledger. If that was done before, with the same numbers, nothing is.
     *
     * @param oldest the number before the oldest entry
     * @param newest the number of the newest entry, as oldest if there is none; the next change gets the next number
     * @param hasKept whether the hub has kept events, which aren't imported: they get one number, after the newest entry, as if
     *     they had been deleted, so that whoever asks for them with a cursor from before is told
     * @return what is there; or a refusal, and the import goes on: {@link Reason#CONFLICT} if an entry is missing
     * @throws IOException if the ledger is unreachable, or no import has begun
     */
    Result<Progress> finish(long oldest, long newest, boolean hasKept) throws IOException;
}
