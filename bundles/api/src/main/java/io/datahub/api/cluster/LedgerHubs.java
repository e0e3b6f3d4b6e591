package io.datahub.api.cluster;

import java.io.IOException;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** The hubs of the cluster, and how far each has read the journal. */
@ProviderType
public interface LedgerHubs {

    /**
     * Stores how far this hub has read the journal, and waits until that is replicated. Then everything that the hub
     * has read from the ledger before the call is replicated, too, and can't be undone any more: that makes an entry
     * certain which another hub has committed. Stored with the time of the ledger's clock.
     *
     * @param hub this hub
     * @return the number of the newest entry or event of the ledger at the time of the call, which is certain now
     * @throws UnknownFateException if it isn't known whether it is replicated
     * @throws IOException if the ledger is unreachable, or ends before the number that this hub has read
     */
    long confirm(LedgerHub hub) throws IOException;

    /**
     * All hubs that were there within the last day, by name.
     *
     * @return the hubs, this one included
     * @throws IOException if the ledger is unreachable
     */
    List<Seen> list() throws IOException;

    /**
     * A hub as the others see it.
     *
     * @param hub what it has stored
     * @param millisAgo how long ago that was, in milliseconds, by the ledger's clock
     */
    record Seen(LedgerHub hub, long millisAgo) {}
}
