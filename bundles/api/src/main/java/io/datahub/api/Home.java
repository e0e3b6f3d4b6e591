package io.datahub.api;

import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The hub's home: the one folder that holds everything that lasts. It exists, is writable and belongs to this process
 * alone for as long as the service is registered.
 */
@ProviderType
public interface Home {

    /** The home itself, absolute. */
    Path root();

    /** The records; every regular file below it with a well-formed name is one. */
    default Path files() {
        return root().resolve("files");
    }

    /** Where local users put files that are judged before they become records. */
    default Path incoming() {
        return root().resolve("incoming");
    }

    /** Index, journal, keys and everything else that the hub keeps for itself; readable by its own user only. */
    default Path state() {
        return root().resolve("state");
    }

    /**
     * Hard links to versions of records, named {@code SHA256-MODIFIED} with the time in nanoseconds since 1970. While the
     * folder is there, the store makes one for each version that is uploaded; who wants them makes the folder, and removes
     * links whose record is gone.
     */
    default Path served() {
        return root().resolve("cache").resolve("served");
    }
}
