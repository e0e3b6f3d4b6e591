package io.datahub.api.record;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.validation.ValidatorId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** A new version of a record that is being uploaded. It is invisible until {@link #commit}. Not thread-safe. */
@ProviderType
public interface Upload extends AutoCloseable {

    /**
     * Writes the next bytes: all that remain in the buffer.
     *
     * @param bytes the bytes, which are consumed
     * @return a refusal if there are too many or there is no free space; after that only {@link #close} may be called
     * @throws IOException if the disk failed
     */
    Optional<Refusal> write(ByteBuffer bytes) throws IOException;

    /**
     * Validates the bytes with every validator that matches the path, without storing anything.
     *
     * @return the validators; or the refusal: a digest mismatch, violations, or an unavailable required validator
     * @throws IOException if the disk failed
     */
    Result<List<ValidatorId>> validate() throws IOException;

    /**
     * Validates the bytes, unless that has been done, and makes them the record's new version: durable, visible and
     * announced when this returns.
     *
     * @return the change, or the refusal: the same as of {@link #validate}, or of the preconditions
     * @throws IOException if the disk failed
     */
    Result<Change> commit() throws IOException;

    /** Discards the bytes unless they were committed. */
    @Override
    void close();
}
