package io.datahub.api.cluster;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.RecordVersion;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import org.osgi.annotation.versioning.ProviderType;

/** The records and the journal of a hub that is stopped. Methods block on the disk; thread-safe. */
@ProviderType
public interface HomeArchive extends Closeable {

    /**
     * A record.
     *
     * @param version its present version, with its entity tag
     * @param user who wrote it; empty if unknown
     */
    record Stored(RecordVersion version, String user) {
        public Stored {
            Objects.requireNonNull(version);
            Objects.requireNonNull(user);
        }
    }

    /**
     * The epoch of the journal's numbers.
     *
     * @return the epoch, as in {@link io.datahub.api.record.Cursor#epoch}
     */
    String epoch();

    /**
     * The number before the oldest entry of the journal.
     *
     * @return the number
     */
    long oldest();

    /**
     * The number of the newest entry of the journal, as the oldest if there is none.
     *
     * @return the number
     */
    long newest();

    /**
     * Whether events of kept topics are there.
     *
     * @return whether something is stored that may be one
     * @throws IOException if that can't be read
     */
    boolean hasKept() throws IOException;

    /**
     * How many records there are.
     *
     * @return the number
     * @throws IOException if it can't be read
     */
    long count() throws IOException;

    /**
     * Lists records in a fixed order.
     *
     * @param after records after this path; the root starts at the first
     * @param limit the maximum number of records, at least 1
     * @return the records
     * @throws IOException if they can't be read
     */
    List<Stored> records(RecordPath after, int limit) throws IOException;

    /**
     * Opens the bytes of a record, which may have been changed since the hub has seen them.
     *
     * @param path the record
     * @param from the offset of the first byte
     * @return a stream, closed by the caller
     * @throws IOException if they can't be read
     */
    InputStream open(RecordPath path, long from) throws IOException;

    /**
     * The directories that were made on purpose, and not only with a record.
     *
     * @return the directories
     * @throws IOException if they can't be read
     */
    List<LedgerDirectory> directories() throws IOException;

    /**
     * Reads entries of the journal, oldest first.
     *
     * @param after the number after which to begin
     * @param limit the maximum number of entries, at least 1
     * @return the entries; fewer than the limit only at the end
     * @throws IOException if they can't be read
     */
    List<LedgerEntry> entries(long after, int limit) throws IOException;
}
