package io.datahub.api.cluster;

import io.datahub.api.path.RecordPath;
import java.time.Instant;
import java.util.Objects;

/**
 * A directory.
 *
 * @param path the directory
 * @param modified when an entry was last added to it or removed
 * @param made whether it was made by {@link Operation.MakeDirectory}, and not only with a record
 */
public record LedgerDirectory(RecordPath path, Instant modified, boolean made) {
    public LedgerDirectory {
        Objects.requireNonNull(path);
        Objects.requireNonNull(modified);
    }
}
