package io.datahub.api.record;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.path.RecordUrls;
import io.datahub.api.user.User;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
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
     * Deletes a record or an empty directory; of the request only path, user and precondition matter.
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
     * Moves a record or a directory to another path. The user needs {@code write} and {@code read} for the old path,
     * and {@code create} for the new one, or {@code write} where a record is replaced. The bytes are validated by the
     * validators of the new path. A record at the new path is a new version with an entity tag of its own, whose {@code
     * modified} is the time of the move; the client's own time is kept.
     *
     * <p>Each record gives two entries of the journal with consecutive numbers: created, or updated if it replaced a
     * record, then deleted. All entries of one move are committed together, so a hub that is killed has moved
     * everything or nothing. Missing parents of the new path are created; parents of the old path that become empty
     * remain.
     *
     * @param request what, where to, by whom, and under which conditions
     * @return the changes in the order of the journal, which are durable and announced, none for a directory without
     *     records; or the refusal: {@link Reason#NOT_FOUND} if there is nothing at the old path, {@link
     *     Reason#PRECONDITION_FAILED} if something is at the new path and may not be replaced, {@link Reason#CONFLICT}
     *     if a directory would be moved into itself or replaced, or a directory has more records than the
     *     implementation moves at once, {@link Reason#FORBIDDEN} for the users file, for the root and for a move of a
     *     path to itself
     * @throws IOException if the disk failed
     */
    Result<List<Change>> move(MoveRequest request) throws IOException;

    /**
     * Creates a directory and its missing parents. It exists until it is removed, even if records in it expire. There
     * is no event. The user needs {@code create} or {@code write} for something in it, or for all of it.
     *
     * @param request which directory, by whom, and under which conditions; a precondition is evaluated as for a record
     *     that doesn't exist, and refused for a directory that exists
     * @return whether it was created, false if it existed; or the refusal: {@link Reason#CONFLICT} if there is a record
     *     at the path or at one of its parents, {@link Reason#NO_ROOM} if there is no space for it
     * @throws IOException if the disk failed
     */
    Result<Boolean> mkdir(WriteRequest request) throws IOException;

    /**
     * Removes an empty directory, like {@link #delete}, but never a record. There is no event.
     *
     * @param request which directory, by whom; a precondition is refused, since a directory has no version
     * @return the removed directory; or the refusal: {@link Reason#CONFLICT} if it isn't empty, or is a record
     * @throws IOException if the disk failed
     */
    Result<RecordPath> rmdir(WriteRequest request) throws IOException;

    /**
     * Sets, or with an empty value removes, the time that the client has for a record's bytes. This is neither a new
     * version nor an event, and the entity tag stays. The user needs {@code write}, or {@code create} for a version
     * that it wrote itself.
     *
     * @param request which record, by whom, under which conditions, and {@link WriteRequest#clientModified}
     * @return the version with the new time, which is durable; or the refusal
     * @throws IOException if the disk failed
     */
    Result<RecordVersion> setClientModified(WriteRequest request) throws IOException;

    /**
     * What is at a path: a record or a directory.
     *
     * @param user who reads; for a directory it must be permitted to read something in it
     * @param path the record or directory
     * @return the entry as in a listing, named by the last segment of the path; or the refusal
     * @throws IOException if the disk failed
     */
    Result<Listing.Entry> stat(User user, RecordPath path) throws IOException;

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
     * The current version of a record, if it can be told at once: for threads that must not wait. Doesn't wait for
     * locks, flushes or other machines; what it reads is in memory, or on a disk of this machine.
     *
     * @param user who asks
     * @param path the record
     * @return what {@link #find} would return now; empty if only that can tell, as for every refusal
     * @throws IOException if the disk failed
     */
    default Optional<RecordVersion> peek(User user, RecordPath path) throws IOException {
        return Optional.empty();
    }

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
     * The room for records of a user below a directory. An estimate: what others upload at the same time counts only in
     * part.
     *
     * @param user who would write
     * @param path a record or a directory, which need not exist
     * @return the room; or the refusal: {@link io.datahub.api.Reason#FORBIDDEN} if the user may neither read nor write
     *     anything there
     * @throws IOException if the disk failed
     */
    Result<StorageSpace> space(User user, RecordPath path) throws IOException;

    /**
     * The URLs of records, as clients see them in answers and events. Doesn't block.
     *
     * @return the URLs at present
     */
    RecordUrls urls();
}
