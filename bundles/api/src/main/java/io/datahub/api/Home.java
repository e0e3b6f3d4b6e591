package io.datahub.api;

import java.nio.file.Path;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The hub's home: the one directory with all persistent data. It exists, is writable and is locked for this process as
 * long as the service is registered.
 */
@ProviderType
public interface Home {

    /**
     * The home directory, absolute.
     *
     * @return the absolute path
     */
    Path root();

    /**
     * The drop folder, where local users put files that are validated before they become records.
     *
     * @return the absolute path
     */
    default Path incoming() {
        return root().resolve("incoming");
    }

    /**
     * Index, journal, keys and other internal state; accessible only to the hub's own user.
     *
     * @return the absolute path
     */
    default Path state() {
        return root().resolve("state");
    }

    /**
     * The folder with the secrets that the hubs of a cluster share, one file for each.
     *
     * @return the path; empty if the hub is in no cluster, or its cluster has no such folder
     */
    default Optional<Path> sharedSecrets() {
        return Optional.empty();
    }
}
