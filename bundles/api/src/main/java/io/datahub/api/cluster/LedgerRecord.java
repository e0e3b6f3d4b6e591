package io.datahub.api.cluster;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.RecordVersion;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * The present version of a record.
 *
 * @param path the record
 * @param etag its entity tag including the quotes
 * @param size in bytes
 * @param sha256 of its bytes, in lower-case hexadecimal
 * @param blob the key of the blob with its bytes
 * @param user who wrote it; empty if unknown
 * @param modified when it was committed, by the ledger's clock
 * @param clientModified the time of the bytes according to the client that wrote them
 * @param number of its entry in the journal
 */
public record LedgerRecord(
        RecordPath path,
        String etag,
        long size,
        String sha256,
        String blob,
        String user,
        Instant modified,
        Optional<Instant> clientModified,
        long number) {
    public LedgerRecord {
        Objects.requireNonNull(path);
        Objects.requireNonNull(etag);
        Objects.requireNonNull(sha256);
        Objects.requireNonNull(blob);
        Objects.requireNonNull(user);
        Objects.requireNonNull(modified);
        Objects.requireNonNull(clientModified);
    }

    /**
     * The version as clients see it.
     *
     * @return the version
     */
    public RecordVersion version() {
        return new RecordVersion(path, size, modified, Optional.of(etag), Optional.of(sha256), clientModified);
    }
}
