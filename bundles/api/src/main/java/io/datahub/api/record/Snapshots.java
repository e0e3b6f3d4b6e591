package io.datahub.api.record;

import java.io.IOException;
import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/** Takes consistent snapshots of records, index and journal while the hub is running, as used for backups. */
@ProviderType
public interface Snapshots {

    /**
     * Takes a snapshot. Writes in progress are completed first, and others wait until it is taken: as long as it takes
     * to create a link for each record and to copy the index. Only one can exist at a time.
     *
     * @throws IOException if another is in use, or the disk fails
     */
    Snapshot take() throws IOException;

    /** A snapshot. Closing deletes it. */
    interface Snapshot extends AutoCloseable {

        /**
         * A directory laid out like a home, with {@code files/} and {@code state/}; its files must not be written to.
         */
        Path folder();

        /** The number of files below {@code files/}. */
        long records();

        /** The position at which the journal ends in the snapshot. */
        Cursor cursor();

        @Override
        void close() throws IOException;
    }
}
