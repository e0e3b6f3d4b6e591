package io.datahub.api.disk;

import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Records that are files on the hub's own disk, where other programs may read and change them. Registered as a service,
 * before the record store, only if the store keeps its records so; whoever uses it has to do without it otherwise.
 * Thread-safe.
 */
@ProviderType
public interface DiskRecords {

    /**
     * The directory of the records: every regular file below it with a valid path is one.
     *
     * @return the absolute path
     */
    Path files();

    /**
     * The directory of hard links to versions of records, named {@code SHA256-MODIFIED} with the time in nanoseconds
     * since 1970. While the directory exists, the store creates one for each uploaded version; its consumer creates the
     * directory, and deletes links whose record is gone.
     *
     * @return the absolute path, where there may be nothing
     */
    Path servedLinks();

    /**
     * Reconciles a path with the disk, or everything below it if it is, or was, a directory: differences are recorded
     * and announced. Idempotent: a second call finds no difference. Changes made outside the hub are validated first.
     * The first reconciliation of the whole tree also announces changes that a killed hub had recorded but not
     * announced. Blocks until all of that is done.
     *
     * @param path a record or a directory
     * @param quiet how long a file must have been unmodified before its change counts
     * @param stillChanging receives each path whose change doesn't count yet, so that it is reconciled again later
     * @throws IOException if the disk failed; part of the differences may be recorded
     */
    void reconcile(RecordPath path, Duration quiet, Consumer<RecordPath> stillChanging) throws IOException;

    /**
     * Sets who reconciles the paths of which the store itself learns that they have to be: those that a reader found
     * changed, and those that couldn't be recorded while the disk failed. There is one listener; until it is set such
     * paths are left to the next reconciliation of the whole tree.
     *
     * @param listener called at any time, from any thread; must not block
     */
    void listen(Consumer<RecordPath> listener);
}
