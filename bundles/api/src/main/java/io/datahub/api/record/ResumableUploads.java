package io.datahub.api.record;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.user.User;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Uploads that come piece by piece, over several connections and restarts of the hub. The rules of {@link RecordStore} hold
 * here too. Only whoever created an upload may see it or go on with it. Methods may block on the disk and are called from
 * any thread; an {@link IOException} says that the disk failed.
 */
@ProviderType
public interface ResumableUploads {

    /** How large a record may be at present, in bytes. */
    long maxBytes();

    /**
     * Begins one. Grants, precondition and room are looked at now, each time that it goes on, and when it is committed.
     *
     * @param request with the length of the whole record, or without one if that is said later; its precondition counts for now
     *     only
     * @param notes what the transport wants to find again with the upload
     */
    Result<PartialUpload> create(WriteRequest request, Map<String, String> notes) throws IOException;

    /**
     * Begins a part of a record that isn't named yet. Whoever may write any record may begin one; no validator sees it.
     *
     * @param request about the root; with the length of the part, or without one if that is said later
     * @param notes what the transport wants to find again with the part
     */
    Result<PartialUpload> createPart(WriteRequest request, Map<String, String> notes) throws IOException;

    /**
     * Makes a record of parts, one behind the other. If that is done the parts are gone; if it is refused they stay as they are.
     *
     * @param request about the record; a length that it has is ignored
     * @param parts their names, in order; one may come more than once
     * @param notes what the transport wants to find again with the upload that is done by this
     * @return refused with {@link Reason#NOT_FOUND} or {@link Reason#FORBIDDEN} as by {@link #find}, with {@link
     *     Reason#BAD_REQUEST} if one is no part, and with {@link Reason#CONFLICT} if bytes of one are missing
     */
    Result<Concatenation> concatenate(WriteRequest request, List<String> parts, Map<String, String> notes)
            throws IOException;

    /**
     * What became of parts.
     *
     * @param upload that is done, by which the change can be found again
     */
    record Concatenation(PartialUpload upload, Change change) {}

    /**
     * Finds one. Whoever is still sending loses the upload, so that the offset is true; what came lasts from now on.
     *
     * @return the upload; refused with {@link Reason#NOT_FOUND} if there is none of that name, not any more perhaps, and
     *     with {@link Reason#FORBIDDEN} if it is somebody else's
     */
    Result<PartialUpload> find(User user, String name) throws IOException;

    /**
     * Goes on with one. Whoever is still sending loses it.
     *
     * @param request as at the beginning, but that {@code digests} are those of the piece that comes now; a length says how many
     *     bytes there will be, where that isn't known yet
     * @param offset where the piece begins
     * @return the upload; refused with {@link Reason#CONFLICT} if that isn't where it stands, and with {@link
     *     Reason#BAD_REQUEST} if the length is another one, or less than what came
     */
    Result<Continuation> resume(WriteRequest request, String name, long offset) throws IOException;

    /** Forgets one, and what came of it. */
    Result<PartialUpload> remove(User user, String name) throws IOException;

    /** Takes one piece of an upload. For one thread at a time. */
    @ProviderType
    interface Continuation extends AutoCloseable {

        /**
         * Takes the next bytes, all that remain in the buffer.
         *
         * @return a refusal if they are too many, there is no room, or somebody else has taken the upload over
         */
        Optional<Refusal> write(ByteBuffer bytes) throws IOException;

        /**
         * Ends the piece; what came lasts when this returns.
         *
         * @return how many bytes there are now; refused with {@link Reason#BAD_REQUEST} if the piece doesn't have the digest
         *     that was given, and is forgotten
         */
        Result<Long> keep() throws IOException;

        /**
         * Makes the bytes, which must be there all, the record's new version, as {@link Upload#commit} does. If that is refused
         * for good the upload is gone; else it stays, without its last byte, so that another try can be made.
         */
        Result<Change> commit() throws IOException;

        /** Lets the upload go. What came of the piece stays, unless a digest was given for it. */
        @Override
        void close();
    }
}
