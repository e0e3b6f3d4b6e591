package io.datahub.api.record;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.validation.ValidatorId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A new version of a record that is being written: a file of bytes that only its owner sees until {@link #commit} makes
 * it the record's current version. Offsets and sizes are in bytes.
 *
 * <p>A transport that receives a whole record calls {@link RecordStore#begin}, {@link #append} for each piece, {@link
 * #commit}, and {@link #close} in any case. One that lets its clients open, change and close files calls {@link
 * RecordStore#begin} for a file that is truncated or created and {@link RecordStore#edit} for one that is only opened,
 * passes writes, truncations and reads on as they arrive, and commits when the client closes the file. The SHA-256 that
 * the new version gets is computed while bytes arrive in order; bytes that arrive out of order are read once more on
 * commit.
 *
 * <p>A refused {@link #write} or {@link #truncate} makes the draft incomplete, so that {@link #validate} and {@link
 * #commit} are refused likewise.
 *
 * <p>Each call may block on I/O. A draft is used by one thread at a time, with a happens-before relation between calls
 * of different threads.
 */
@ProviderType
public interface Draft extends AutoCloseable {

    /**
     * The current size.
     *
     * @return the size in bytes
     */
    long size();

    /**
     * The entity tag of the version that the draft began from. As long as the draft may contain bytes of that version,
     * its commit is refused with {@link Reason#PRECONDITION_FAILED} if the record has another version by then.
     *
     * @return the tag including the quotes; empty if the draft began empty
     */
    Optional<String> baseEtag();

    /**
     * Writes all bytes that remain in the buffer. A gap between the end of the draft and the offset reads as zeros.
     *
     * @param offset where to write the first of them, at least 0
     * @param bytes the bytes; consumed unless refused
     * @return a refusal if there are too many, if there is no free space, or if the client is too slow
     * @throws IOException if the medium failed
     * @throws IllegalArgumentException if the offset is negative
     */
    Optional<Refusal> write(long offset, ByteBuffer bytes) throws IOException;

    /**
     * Writes all bytes that remain in the buffer at the end.
     *
     * @param bytes the bytes; consumed unless refused
     * @return the refusal, as of {@link #write}
     * @throws IOException if the medium failed
     */
    default Optional<Refusal> append(ByteBuffer bytes) throws IOException {
        return write(size(), bytes);
    }

    /**
     * Cuts the draft off, or extends it by zeros.
     *
     * @param size the new size, at least 0
     * @return a refusal if it is too large, or if there is no free space
     * @throws IOException if the medium failed
     * @throws IllegalArgumentException if the size is negative
     */
    Optional<Refusal> truncate(long size) throws IOException;

    /**
     * Reads bytes back, as many as are there and fit into the buffer.
     *
     * @param offset where to read the first of them, at least 0
     * @param target receives the bytes
     * @return the number of bytes, 0 at or after the end; refused with {@link Reason#FORBIDDEN} if the draft may
     *     contain bytes of a version that the user may not read
     * @throws IOException if the medium failed
     */
    Result<Integer> read(long offset, ByteBuffer target) throws IOException;

    /**
     * Makes what was written so far durable. That of a draft that isn't lasting is discarded on {@link #close}
     * nevertheless.
     *
     * @return a refusal if there is no free space
     * @throws IOException if the medium failed
     */
    Optional<Refusal> sync() throws IOException;

    /**
     * Sets the client's own time of the bytes, in place of the one in the request. A transport whose clients set it while
     * the file is open calls this; nothing is stored before the commit.
     *
     * @param time the time, or empty for none
     */
    void setClientModified(Optional<Instant> time);

    /**
     * Validates the bytes with every validator that matches the path, without storing anything. Others can upload in
     * this one's place from then on.
     *
     * @return the validators; or the refusal: a digest mismatch, violations, or an unavailable required validator
     * @throws IOException if the medium failed
     */
    Result<List<ValidatorId>> validate() throws IOException;

    /**
     * Validates the bytes, unless that has been done, and makes them the record's new version: durable, visible and
     * announced when this returns. After that only {@link #close} may be called.
     *
     * @return the change, or the refusal: the same as of {@link #validate}, or of the preconditions; the draft is
     *     unchanged then
     * @throws IOException if the medium failed
     */
    Result<Change> commit() throws IOException;

    /**
     * Announces that validators refused the bytes, by an entry of the journal with {@link Change.Type#REJECTED}, and
     * ends the draft, even a lasting one. A store on disk keeps the bytes for a while, where an operator finds them. For
     * transports whose clients may not tell their users of a refusal. After that only {@link #close} may be called.
     *
     * @param refusal the refusal of {@link #validate} or {@link #commit}, with {@link Reason#INVALID}
     * @return the entry, which is durable and announced; or a refusal: {@link Reason#CONFLICT} if another holder has
     *     taken a lasting draft over
     * @throws IOException if the medium failed
     */
    Result<Change> reject(Refusal refusal) throws IOException;

    /**
     * Discards the bytes, also those of a lasting draft unless another holder has taken it over. An ordinary draft needs
     * no call, since closing discards its bytes. After that only {@link #close} may be called.
     *
     * @throws IOException if the medium failed
     */
    default void discard() throws IOException {
        // closing does
    }

    /** Releases the draft, and discards the bytes unless they were committed; those of a lasting one are kept. */
    @Override
    void close();
}
