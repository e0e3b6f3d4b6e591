package io.datahub.api.record;

import io.datahub.api.path.RecordPath;
import java.time.Instant;
import java.util.Optional;

/**
 * One version of a record.
 *
 * @param path the record
 * @param size in bytes
 * @param modified when this version was committed
 * @param etag its entity tag including the quotes (RFC 9110, 8.8.3), different for each version; empty while the file
 *     is being changed outside the hub and the change hasn't settled
 * @param sha256 the SHA-256 of its bytes in lower-case hexadecimal, where known
 * @param clientModified the time of the bytes according to the client that wrote them, where it gave one
 */
public record RecordVersion(
        RecordPath path,
        long size,
        Instant modified,
        Optional<String> etag,
        Optional<String> sha256,
        Optional<Instant> clientModified) {

    /**
     * A version for which the client gave no time.
     *
     * @param path the record
     * @param size in bytes
     * @param modified when this version was committed
     * @param etag its entity tag
     * @param sha256 the SHA-256 of its bytes
     */
    public RecordVersion(RecordPath path, long size, Instant modified, Optional<String> etag, Optional<String> sha256) {
        this(path, size, modified, etag, sha256, Optional.empty());
    }
}
