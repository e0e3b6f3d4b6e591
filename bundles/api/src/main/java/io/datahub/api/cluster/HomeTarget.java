package io.datahub.api.cluster;

import io.datahub.api.cluster.HomeArchive.Stored;
import io.datahub.api.path.RecordPath;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A home that is being written, for a hub that will be alone. Until it is {@linkplain #finish finished}, no hub starts on
 * it, and writing can begin again: the bytes that are there aren't written again. Methods block on the disk. For one
 * thread.
 */
@ProviderType
public interface HomeTarget extends Closeable {

    /** Opens the bytes of a record. */
    interface Content {

        /**
         * Opens them.
         *
         * @return a stream, closed by whoever opens it
         * @throws IOException if they can't be read
         */
        InputStream open() throws IOException;
    }

    /**
     * Writes a record, unless its bytes are there already.
     *
     * @param record the record, with its SHA-256
     * @param content its bytes
     * @throws IOException if it can't be written or read, or the bytes aren't those of the SHA-256
     */
    void write(Stored record, Content content) throws IOException;

    /**
     * Makes a directory that is kept when it is empty.
     *
     * @param directory the directory
     * @throws IOException if it can't be made
     */
    void makeDirectory(RecordPath directory) throws IOException;

    /**
     * Adds entries of the journal, in the order of their numbers and without a gap.
     *
     * @param entries the entries
     * @throws IOException if they can't be written
     */
    void addEntries(List<LedgerEntry> entries) throws IOException;

    /**
     * Deletes files that an earlier attempt has left and that belong to no record any more, and makes everything
     * durable: a hub can be started on the home.
     *
     * @throws IOException if it can't be written
     */
    void finish() throws IOException;
}
