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
 * Uploads sent in chunks, over several connections and across restarts of the hub. The rules of {@link RecordStore}
 * apply here too. Only the user who created an upload may see or resume it. Methods may block on disk I/O and are
 * thread-safe; an {@link IOException} means that the disk failed.
 */
@ProviderType
public interface ResumableUploads {

    /** The current maximum size of a record, in bytes. */
    long maxBytes();

    /**
     * Creates an upload. Grants, the precondition and free space are checked now, each time it is resumed, and on
     * commit.
     *
     * @param request with the length of the whole record, or without one if it is specified later; its precondition is
     *     checked only now
     * @param notes metadata that the transport stores with the upload
     */
    Result<PartialUpload> create(WriteRequest request, Map<String, String> notes) throws IOException;

    /**
     * Creates a part of a record whose path isn't known yet. Any user who may write some record may create one; parts
     * are not validated.
     *
     * @param request for the root; with the length of the part, or without one if it is specified later
     * @param notes metadata that the transport stores with the part
     */
    Result<PartialUpload> createPart(WriteRequest request, Map<String, String> notes) throws IOException;

    /**
     * Creates a record by concatenating parts. The parts are deleted on success and kept unchanged on refusal.
     *
     * @param request for the record; its length is ignored
     * @param parts their names, in order; one may occur more than once
     * @param notes metadata that the transport stores with the resulting, complete upload
     * @return refused with {@link Reason#NOT_FOUND} or {@link Reason#FORBIDDEN} as by {@link #find}, with {@link
     *     Reason#BAD_REQUEST} if one is not a part, and with {@link Reason#CONFLICT} if one is incomplete
     */
    Result<Concatenation> concatenate(WriteRequest request, List<String> parts, Map<String, String> notes)
            throws IOException;

    /**
     * The result of a concatenation.
     *
     * @param upload the complete upload, by which the change can be found again
     */
    record Concatenation(PartialUpload upload, Change change) {}

    /**
     * Finds an upload. A connection that is still sending loses the upload, so that the offset is accurate; all
     * received bytes are durable when this returns.
     *
     * @return the upload; refused with {@link Reason#NOT_FOUND} if there is none of that name (any more), and with
     *     {@link Reason#FORBIDDEN} if it belongs to another user
     */
    Result<PartialUpload> find(User user, String name) throws IOException;

    /**
     * Resumes an upload. A connection that is still sending loses it.
     *
     * @param request as at creation, except that {@code digests} are those of the next chunk; a length specifies the
     *     total number of bytes if it isn't known yet
     * @param offset where the chunk starts
     * @return the upload; refused with {@link Reason#CONFLICT} if that isn't its current offset, and with {@link
     *     Reason#BAD_REQUEST} if the length differs from the known one or is less than the bytes received
     */
    Result<Continuation> resume(WriteRequest request, String name, long offset) throws IOException;

    /** Deletes an upload and its bytes. */
    Result<PartialUpload> remove(User user, String name) throws IOException;

    /** Receives one chunk of an upload. Not thread-safe. */
    @ProviderType
    interface Continuation extends AutoCloseable {

        /**
         * Writes the next bytes: all that remain in the buffer.
         *
         * @return a refusal if there are too many, there is no free space, or another connection has taken over the
         *     upload
         */
        Optional<Refusal> write(ByteBuffer bytes) throws IOException;

        /**
         * Ends the chunk; its bytes are durable when this returns.
         *
         * @return the new offset; refused with {@link Reason#BAD_REQUEST} if the chunk doesn't match the given digest,
         *     in which case it is discarded
         */
        Result<Long> keep() throws IOException;

        /**
         * Commits the bytes, which must be complete, as the record's new version, like {@link Upload#commit}. On a
         * permanent refusal the upload is deleted; otherwise it is kept without its last byte, so that the client can
         * retry.
         */
        Result<Change> commit() throws IOException;

        /** Releases the upload. The received bytes of the chunk are kept, unless a digest was given for it. */
        @Override
        void close();
    }
}
