package io.datahub.api;

import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The hub's home: the one directory with all persistent data. It exists, is writable and is locked for this process as
 * long as the service is registered.
 */
@ProviderType
public interface Home {

    /** The home directory, absolute. */
    Path root();

    /** The records; every regular file below it with a valid path is one. */
    default Path files() {
        return root().resolve("files");
    }

    /** The drop folder, where local users put files that are validated before they become records. */
    default Path incoming() {
        return root().resolve("incoming");
    }

    /** Index, journal, keys and other internal state; accessible only to the hub's own user. */
    default Path state() {
        return root().resolve("state");
    }

    /**
     * Hard links to versions of records, named {@code SHA256-MODIFIED} with the time in nanoseconds since 1970. While
     * the directory exists, the store creates one for each uploaded version; its consumer creates the directory, and
     * deletes links whose record is gone.
     */
    default Path served() {
        return root().resolve("cache").resolve("served");
    }
}
