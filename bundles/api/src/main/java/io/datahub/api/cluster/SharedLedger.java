package io.datahub.api.cluster;

import io.datahub.api.state.AdapterStates;
import java.io.IOException;
import java.time.Instant;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The ledger of a cluster: one for all hubs. Registered as a service once the ledger could be reached and its schema
 * fits; it stays registered while the ledger is unreachable.
 *
 * <p>All methods of its parts are thread-safe and may block on the network, for as long as the implementation's
 * timeouts allow. An {@link IOException} says that the ledger is unreachable or has failed; nothing has
 * changed then, except after an {@link UnknownFateException}.
 *
 * <p>What a method reads may be so new that it isn't replicated yet, and a failover could undo it. Only a number that
 * is confirmed will never be: that of an {@link Outcome.Committed}, or what {@link LedgerHubs#confirm} was called for,
 * and every number below.
 */
@ProviderType
public interface SharedLedger {

    /**
     * Identifies the cluster: random, and the same for all its hubs for ever. Doesn't block.
     *
     * @return lower-case letters and digits, at most 32
     */
    String id();

    /**
     * The epoch of the journal's numbers. It changes only while no hub runs, so it is read once at start. Doesn't
     * block.
     *
     * @return the epoch, as in {@link io.datahub.api.record.Cursor#epoch}
     */
    String epoch();

    /**
     * The time of the ledger's clock, which is the same for all hubs.
     *
     * @return the time, in milliseconds
     * @throws IOException if the ledger is unreachable
     */
    Instant now() throws IOException;

    /**
     * The records and directories.
     *
     * @return the same object always
     */
    LedgerRecords records();

    /**
     * The journal.
     *
     * @return the same object always
     */
    LedgerJournal journal();

    /**
     * The events of kept topics.
     *
     * @return the same object always
     */
    LedgerEvents events();

    /**
     * The hubs of the cluster.
     *
     * @return the same object always
     */
    LedgerHubs hubs();

    /**
     * The unfinished uploads that outlive their connection.
     *
     * @return the same object always
     */
    LedgerDrafts drafts();

    /**
     * The blobs that nothing refers to any more.
     *
     * @return the same object always
     */
    LedgerBlobs blobs();

    /**
     * The state of adapters, shared by all hubs. Times are those of the ledger's clock.
     *
     * @return the same object always
     */
    AdapterStates states();
}
