package io.datahub.api.disk;

import io.datahub.api.record.Cursor;
import java.io.IOException;
import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Takes consistent snapshots of records, index and journal while the hub is running, as used for backups. Registered as
 * a service only by a store that keeps all of these on the hub's own disk. Thread-safe.
 */
@ProviderType
public interface Snapshots {

    /**
     * Takes a snapshot. Writes in progress are completed first, and others wait until it is taken: as long as it takes
     * to create a link for each record and to copy the index. Only one can exist at a time.
     *
     * @return the snapshot, to be closed by the caller
     * @throws IOException if another is in use, or the disk fails
     */
    Snapshot take() throws IOException;

    /** A snapshot. Closing deletes it. */
    @ProviderType
    interface Snapshot extends AutoCloseable {

        /**
         * A directory laid out like a home, with {@code files/} and {@code state/}; its files must not be written to.
         *
         * @return its absolute path
         */
        Path folder();

        /**
         * The number of files below {@code files/}.
         *
         * @return the number
         */
        long records();

        /**
         * The position at which the journal ends in the snapshot.
         *
         * @return the position
         */
        Cursor cursor();

        /**
         * Deletes the snapshot.
         *
         * @throws IOException if the disk failed; the next snapshot deletes what is left
         */
        @Override
        void close() throws IOException;
    }
}
