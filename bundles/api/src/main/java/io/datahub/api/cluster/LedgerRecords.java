package io.datahub.api.cluster;

import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Records and directories: what is at each path. A path is a record or a directory, never both; a record's parents are
 * directories, which are created with it and remain when it is deleted. The root always exists. Names are ordered by
 * the bytes of their UTF-8.
 */
@ProviderType
public interface LedgerRecords {

    /** Maximum number of attempts in one call of {@link #commit}. */
    int MAX_ATTEMPTS = 256;

    /**
     * Decides attempts, in this order, in one transaction and one round trip. Each attempt is made as a whole or not at
     * all, whatever becomes of the others. Its entries get consecutive numbers and the same time, that of the ledger's
     * clock, which never goes backwards. When this returns, what was decided is replicated, and so is every entry with
     * a smaller number than those of the answers.
     *
     * <p>An attempt is decided once: asked again with the same identifier within {@link Attempt#REMEMBERED}, the ledger
     * gives the same answer and does nothing.
     *
     * @param attempts 1 to {@link #MAX_ATTEMPTS} attempts with different identifiers
     * @return an answer for each, in the same order
     * @throws UnknownFateException if it isn't known whether they were decided
     * @throws IOException if the ledger is unreachable, and none was decided
     * @throws IllegalArgumentException if there are none or too many
     */
    List<Outcome> commit(List<Attempt> attempts) throws IOException;

    /**
     * Looks paths up, all of them at one moment.
     *
     * @param paths the paths
     * @param confirmed the number up to which the caller knows the journal to be confirmed
     * @return what is at each path
     * @throws IOException if the ledger is unreachable
     */
    Map<RecordPath, Lookup> find(Collection<RecordPath> paths, long confirmed) throws IOException;

    /**
     * Lists a directory, by name.
     *
     * @param directory the directory
     * @param after entries after this name are listed; empty starts at the first
     * @param limit the maximum number of entries, at least 1
     * @return a page; empty if there is no such directory
     * @throws IOException if the ledger is unreachable
     */
    LedgerListing list(RecordPath directory, String after, int limit) throws IOException;

    /**
     * The records below a directory, at any depth, in a fixed order.
     *
     * @param directory the directory
     * @param after records after this path; that of the directory itself starts at the first
     * @param limit the maximum number of records, at least 1
     * @return the records
     * @throws IOException if the ledger is unreachable
     */
    List<LedgerRecord> recordsBelow(RecordPath directory, RecordPath after, int limit) throws IOException;

    /**
     * The number of records. It takes the longer the more there are.
     *
     * @return the number
     * @throws IOException if the ledger is unreachable
     */
    long count() throws IOException;

    /**
     * The directories below a directory, at any depth, in a fixed order; each comes before those in it.
     *
     * @param directory the directory
     * @param after directories after this path; that of the directory itself starts at the first
     * @param limit the maximum number of directories, at least 1
     * @return the directories
     * @throws IOException if the ledger is unreachable
     */
    List<LedgerDirectory> directoriesBelow(RecordPath directory, RecordPath after, int limit) throws IOException;

    /**
     * Has the usage of prefixes or users counted from now on, and counts what is there unless that has been done. A
     * limit in an {@link Attempt} needs it. Other hubs may have others counted; what is counted once stays so.
     *
     * @param subjects what is counted
     * @throws IOException if the ledger is unreachable
     */
    void measure(Collection<Usage.Subject> subjects) throws IOException;

    /**
     * What is stored of counted subjects.
     *
     * @param subjects the subjects, for each of which, or of whose kind, {@link #measure} was called
     * @return the usage of each
     * @throws IOException if the ledger is unreachable
     */
    Map<Usage.Subject, Usage> usage(Collection<Usage.Subject> subjects) throws IOException;
}
