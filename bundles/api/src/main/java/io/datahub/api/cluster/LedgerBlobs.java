package io.datahub.api.cluster;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Blobs that may be deleted. One dies when the last record or draft that has it gets another one or is deleted. One
 * that was stored but never committed is unknown to the ledger; whoever lists the blobs and finds an old one
 * {@linkplain #condemn gives it up}, and from then on no attempt can commit it.
 */
@ProviderType
public interface LedgerBlobs {

    /**
     * Blobs that have been dead for some time.
     *
     * @param minAge how long they have been dead at least: readers may have them open for a while
     * @param limit the maximum number
     * @return their keys, those that died first at the beginning
     * @throws IOException if the ledger is unreachable
     */
    List<String> dead(Duration minAge, int limit) throws IOException;

    /**
     * Gives blobs up that no record and no draft has: they are dead from now on, unless they were before.
     *
     * @param keys keys of blobs that were stored long ago
     * @return those that are dead now; the others are in use
     * @throws IOException if the ledger is unreachable
     */
    Set<String> condemn(Collection<String> keys) throws IOException;

    /**
     * Notes that dead blobs were deleted. They can't be committed for at least a week more, even by a hub that stood
     * still.
     *
     * @param keys their keys
     * @throws IOException if the ledger is unreachable
     */
    void forget(Collection<String> keys) throws IOException;
}
