package io.datahub.api.record;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.user.User;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Drafts that outlast the connection, and restarts of the hub: for uploads in several requests, and for those that are
 * resumed after a cut. Each has an unguessable name and belongs to the user who created it; nobody else may see or
 * resume it. At most one holder writes it at a time, and a later one takes over from an earlier one, since a
 * reconnecting client knows better than its old connection whether that is dead: calls of the earlier one are refused
 * with {@link Reason#CONFLICT}, at the latest on {@link Draft#sync} and {@link Draft#commit}. Drafts are deleted when
 * nobody has written them for the time that the hub is configured to keep them; they count towards the quotas, and
 * their number per user is limited.
 *
 * <p>A transport whose clients name the upload in each request calls {@link #create}, answers with the name, and for
 * each later request {@link #resume}, {@link Draft#append}, {@link Draft#sync} and {@link Draft#close}; {@link
 * Draft#commit} at the end. {@link #release} tells where to go on. A transport whose clients know only paths begins an
 * ordinary draft, and makes it a lasting one by {@link #keep} when the connection is cut; when the user writes that
 * path again, {@link #list} finds it. A draft that is resumed by a request for another path becomes one of that path,
 * so that an upload under a temporary name can be renamed. The other path is durable once {@link Draft#sync} or {@link
 * Draft#close} has returned; if the hub is killed before that and before the commit is durable, the draft has its earlier
 * path.
 *
 * <p>A committed draft can still be found until it expires, so that a client that lost the answer learns of the commit.
 * Apart from that, the rules of {@link RecordStore} apply. Methods may block on I/O and are thread-safe; an {@link
 * IOException} means that the medium failed.
 */
@ProviderType
public interface LastingDrafts {

    /** Which bytes remain of a draft whose holder goes away, loses it, or is killed with the hub. */
    enum Remaining {
        /** All that were received. */
        RECEIVED,

        /**
         * Of the bytes after the end of the draft as it was resumed, only those that {@link Draft#sync} was called for.
         * Bytes before that end that were overwritten stay overwritten.
         */
        SYNCED
    }

    /**
     * A draft that is made of others.
     *
     * @param name the name by which it can be found once it is committed
     * @param draft the draft, to be committed and closed by the caller
     */
    record Joined(String name, Draft draft) {}

    /**
     * The current maximum size of a record.
     *
     * @return the size in bytes
     */
    long maxBytes();

    /**
     * Creates an empty draft. Grants, the precondition and free space are checked now, each time it is resumed, and on
     * commit.
     *
     * @param request with the length of the whole record if it is known; for the root if the path isn't known yet,
     *     which any user may do who may write some record
     * @param notes metadata that the transport stores with the draft; refused with {@link Reason#BAD_REQUEST} if a name
     *     or value has more than 65,535 bytes
     * @return the draft, or the refusal: the same as of {@link RecordStore#begin}, or {@link Reason#TOO_MANY} if the
     *     user has the maximum number of unfinished drafts
     * @throws IOException if the medium failed
     */
    Result<LastingDraft> create(WriteRequest request, Map<String, String> notes) throws IOException;

    /**
     * Makes an ordinary draft a lasting one. Its bytes are durable when this returns.
     *
     * @param draft a draft of this hub that isn't committed or closed; closed by this unless refused
     * @param notes metadata that the transport stores with the draft; refused with {@link Reason#BAD_REQUEST} if a name
     *     or value has more than 65,535 bytes
     * @return the draft, or the refusal: {@link Reason#TOO_MANY} if the user has the maximum number of unfinished
     *     drafts
     * @throws IOException if the medium failed
     */
    Result<LastingDraft> keep(Draft draft, Map<String, String> notes) throws IOException;

    /**
     * Begins a draft with the bytes of others, which stay as they are and don't count towards the quotas until it is
     * closed. It isn't lasting itself.
     *
     * @param request for the record, without length and digests
     * @param names the names of the others, in order; one may occur more than once
     * @param notes metadata that the transport stores with the committed draft
     * @return the draft, or the refusal: the same as of {@link RecordStore#begin} and {@link #find}
     * @throws IOException if the medium failed
     */
    Result<Joined> join(WriteRequest request, List<String> names, Map<String, String> notes) throws IOException;

    /**
     * The user's unfinished drafts of a path or of paths below it.
     *
     * @param user the owner
     * @param path a record or a directory; the root lists all
     * @return the drafts, latest first; the size of one that has a holder is the last known one
     * @throws IOException if the medium failed
     */
    List<LastingDraft> list(User user, RecordPath path) throws IOException;

    /**
     * Finds a draft, without disturbing its holder.
     *
     * @param user who asks
     * @param name its name
     * @return the draft; refused with {@link Reason#NOT_FOUND} if there is none of that name (any more), and with
     *     {@link Reason#FORBIDDEN} if it belongs to another user
     * @throws IOException if the medium failed
     */
    Result<LastingDraft> find(User user, String name) throws IOException;

    /**
     * Finds a draft after taking it away from its holder, unless that is committing it, so that the size is accurate;
     * the bytes are durable when this returns.
     *
     * @param user who asks
     * @param name its name
     * @return the draft, or the refusal of {@link #find}
     * @throws IOException if the medium failed
     */
    Result<LastingDraft> release(User user, String name) throws IOException;

    /**
     * Takes a draft over, to go on writing it. Closing it keeps it. One of unknown length may be written with pauses.
     *
     * @param request as at creation; a length becomes that of the whole record if it wasn't known yet, and another path
     *     replaces the present one; digests are those of the whole record
     * @param name its name
     * @param remaining which bytes remain if the holder goes away
     * @return the draft; or the refusal: of {@link #find} and {@link RecordStore#begin}, {@link Reason#CONFLICT} if it
     *     is committed, {@link Reason#UNAVAILABLE} if it is being committed, and {@link Reason#BAD_REQUEST} if the
     *     length differs from the known one or is less than the size
     * @throws IOException if the medium failed
     */
    Result<Draft> resume(WriteRequest request, String name, Remaining remaining) throws IOException;

    /**
     * Deletes a draft, or forgets a committed one.
     *
     * @param user who asks
     * @param name its name
     * @return the draft as it was; or the refusal: of {@link #find}, or {@link Reason#UNAVAILABLE} if it is being
     *     committed
     * @throws IOException if the medium failed
     */
    Result<LastingDraft> remove(User user, String name) throws IOException;
}
