package io.datahub.api.cluster;

import java.io.IOException;
import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/** Opens and writes the homes of hubs that keep their records on a disk. Registered as a service by what writes such homes. */
@ProviderType
public interface HomeArchives {

    /**
     * Opens the home of a hub that is stopped, and keeps it from being started meanwhile. Blocks on the disk.
     *
     * @param home the home directory
     * @return its records and its journal, to be closed by the caller
     * @throws IOException if it is no home, its hub is running or was killed, or it can't be read; the message names the
     *     remedy
     */
    HomeArchive open(Path home) throws IOException;

    /**
     * Begins to write a home, or goes on with one that isn't finished. Blocks on the disk.
     *
     * @param home the home directory; it is made if it isn't there
     * @param epoch the epoch of its journal
     * @param oldest the number before the oldest entry of its journal
     * @return the home, to be closed by the caller
     * @throws IOException if it has other records, or can't be written; the message names the remedy
     */
    HomeTarget create(Path home, String epoch, long oldest) throws IOException;
}
