package io.datahub.api.validation;

import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** The new version of a record that is being validated. It is immutable and read-only for validators. */
@ProviderType
public interface Candidate {

    RecordPath path();

    /** Who uploaded it; empty for a change made outside the hub or by the hub itself. */
    Optional<String> user();

    /** In bytes. */
    long size();

    /** The SHA-256 of its bytes, in lower-case hexadecimal. */
    String sha256();

    /** Opens its bytes; may be called repeatedly, and the caller must close the stream. */
    InputStream open() throws IOException;

    /** Opens the version that it would replace; empty if it would be a new record. */
    Optional<InputStream> openPrevious() throws IOException;
}
