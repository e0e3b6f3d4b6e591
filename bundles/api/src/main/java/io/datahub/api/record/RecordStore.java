package io.datahub.api.record;

import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.user.User;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The record store. It enforces all rules about paths, grants, preconditions, validation and announcements, so that a
 * transport only has to carry bytes. Methods may block on disk I/O and are thread-safe; an {@link IOException} means
 * that the disk failed, and nothing has changed.
 */
@ProviderType
public interface RecordStore {

    /**
     * Starts writing a record, with an empty draft. Grants, preconditions and free space are checked now, so that a
     * hopeless upload fails early, and again on commit.
     *
     * @param request which record, by whom, and under which conditions
     * @return the draft, to be closed by the caller, or the refusal
     * @throws IOException if the disk failed
     */
    Result<Draft> begin(WriteRequest request) throws IOException;

    /**
     * Starts writing a record, with a draft that has the bytes of the current version, if there is one. Its bytes are
     * copied only when they are needed: not if all of them are overwritten or cut off. Otherwise like {@link #begin}.
     *
     * @param request which record, by whom, and under which conditions
     * @return the draft, to be closed by the caller, or the refusal
     * @throws IOException if the disk failed
     */
    Result<Draft> edit(WriteRequest request) throws IOException;

    /**
     * Deletes a record or an empty directory; {@code length} and {@code digests} of the request are ignored.
     *
     * @param request which record, by whom, and under which conditions
     * @return the changes, which are durable and announced, or the refusal
     * @throws IOException if the disk failed
     */
    Result<List<Change>> delete(WriteRequest request) throws IOException;

    /**
     * Deletes a directory and everything below it, record by record, announcing each; or a single record.
     *
     * @param request which directory, by whom, and under which conditions
     * @return the changes, which are durable and announced, or the refusal
     * @throws IOException if the disk failed; part of the records may be deleted
     */
    Result<List<Change>> deleteTree(WriteRequest request) throws IOException;

    /**
     * The current version of a record.
     *
     * @param user who reads
     * @param path the record
     * @return the version, or the refusal
     * @throws IOException if the disk failed
     */
    Result<RecordVersion> find(User user, RecordPath path) throws IOException;

    /**
     * Opens the current version of a record for reading.
     *
     * @param user who reads
     * @param path the record
     * @return the open version, to be closed by the caller, or the refusal
     * @throws IOException if the disk failed
     */
    Result<Reading> open(User user, RecordPath path) throws IOException;

    /**
     * Lists a directory. A user who may read only parts of it sees the entries that lead there.
     *
     * @param user who reads
     * @param directory the directory
     * @param after entries after this name are listed; empty starts at the first
     * @param limit the maximum number of entries, at least 1
     * @return the entries by name, or the refusal
     * @throws IOException if the disk failed
     */
    Result<Listing> list(User user, RecordPath directory, String after, int limit) throws IOException;

    /**
     * Reconciles a path with the disk, or everything below it if it is, or was, a directory: differences are recorded
     * and announced. Idempotent: a second call finds no difference. Changes made outside the hub are validated first.
     * The first reconciliation of the whole tree also announces changes that a killed hub had recorded but not
     * announced.
     *
     * @param path a record or a directory
     * @param quiet how long a file must have been unmodified before its change counts
     * @param unsettled receives each path whose change doesn't count yet, so that it is checked again later; the
     *     consumer passed to the latest check of the whole tree is also called, at any time, for paths that a reader
     *     found changed
     * @throws IOException if the disk failed
     */
    void check(RecordPath path, Duration quiet, Consumer<RecordPath> unsettled) throws IOException;

    /**
     * Whether this is a name that programs give to unfinished files. A file created outside the hub under such a name
     * is not a record until it is renamed; one uploaded under such a name is a record like any other.
     *
     * @param path the path
     * @return whether its name is one
     */
    default boolean isTemporary(RecordPath path) {
        return false;
    }
}
