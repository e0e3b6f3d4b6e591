package io.datahub.api.record;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.validation.JudgedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * New bytes on their way to become a version of a record. Until {@link #commit} nobody sees anything of them. For one
 * thread at a time.
 */
@ProviderType
public interface Upload extends AutoCloseable {

    /**
     * Takes the next bytes, all that remain in the buffer.
     *
     * @return a refusal if they are too many or there is no room; then nothing but {@link #close} is left to do
     */
    Optional<Refusal> write(ByteBuffer bytes) throws IOException;

    /**
     * Has the bytes judged by every validator that matches the path, and keeps nothing.
     *
     * @return who judged; or the refusal: a digest that doesn't fit, violations, or a required validator that is away
     */
    Result<List<JudgedBy>> judge() throws IOException;

    /**
     * Judges the bytes, unless that is done, and makes them the record's new version: flushed to disk, visible and
     * announced when this returns.
     */
    Result<Change> commit() throws IOException;

    /** Forgets what wasn't committed. */
    @Override
    void close();
}
