package io.datahub.api.cluster;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A version of a record that is to be stored. Its bytes are in the blob already.
 *
 * @param etag its entity tag including the quotes, which no other version of the path has ever had; the caller makes it
 *     random
 * @param size in bytes
 * @param sha256 of its bytes, in lower-case hexadecimal
 * @param blob the key of the blob
 * @param user who wrote it; empty if unknown
 * @param clientModified the time of the bytes according to the client that wrote them
 */
public record NewVersion(
        String etag, long size, String sha256, String blob, String user, Optional<Instant> clientModified) {
    public NewVersion {
        Objects.requireNonNull(etag);
        Objects.requireNonNull(sha256);
        Objects.requireNonNull(blob);
        Objects.requireNonNull(user);
        Objects.requireNonNull(clientModified);
    }
}
