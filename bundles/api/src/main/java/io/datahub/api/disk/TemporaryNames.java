package io.datahub.api.disk;

import io.datahub.api.path.RecordPath;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The names that programs give to files they haven't finished. A file created outside the hub under such a name is not
 * a record until it is renamed, nor is one written over SFTP; one uploaded in another way is a record like any other. A
 * service; thread-safe.
 */
@ProviderType
@FunctionalInterface
public interface TemporaryNames {

    /**
     * Whether a file outside the hub with this path is unfinished, according to its name.
     *
     * @param path the path that the record would have
     * @return whether its name is one of an unfinished file
     */
    boolean isTemporary(RecordPath path);
}
