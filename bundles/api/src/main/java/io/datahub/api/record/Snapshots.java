package io.datahub.api.record;

import java.io.IOException;
import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/** Takes records, index and journal as they stand at one moment, while the hub runs: what a backup is made of. */
@ProviderType
public interface Snapshots {

    /**
     * Takes one. Writes that are under way are finished first, and others wait until it is taken: as long as it takes to
     * make a link for each record and to copy the index. One can be had at a time.
     *
     * @throws IOException if another is in use, or the disk fails
     */
    Snapshot take() throws IOException;

    /** What was taken. Closing removes it. */
    interface Snapshot extends AutoCloseable {

        /** A folder laid out as a home, with {@code files/} and {@code state/}; files in it must not be written. */
        Path folder();

        /** The number of files below {@code files/}. */
        long records();

        /** Where the journal ends in it. */
        Cursor cursor();

        @Override
        void close() throws IOException;
    }
}
