package io.datahub.api.validation;

import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** The new version of a record that is being validated. It is immutable and read-only for validators. */
@ProviderType
public interface Candidate {

    /**
     * The record.
     *
     * @return the path
     */
    RecordPath path();

    /**
     * Who uploaded it; empty for a change made outside the hub or by the hub itself.
     *
     * @return the name of the user
     */
    Optional<String> user();

    /**
     * Its size in bytes.
     *
     * @return the number of bytes
     */
    long size();

    /**
     * The SHA-256 of its bytes, in lower-case hexadecimal.
     *
     * @return the hash
     */
    String sha256();

    /**
     * Opens its bytes; may be called repeatedly, and the caller must close the stream.
     *
     * @return the bytes
     * @throws IOException if the medium failed
     */
    InputStream open() throws IOException;

    /**
     * Opens the version that it would replace; empty if it would be a new record.
     *
     * @return its bytes, to be closed by the caller
     * @throws IOException if the medium failed
     */
    Optional<InputStream> openPrevious() throws IOException;
}
