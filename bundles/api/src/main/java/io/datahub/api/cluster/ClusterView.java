package io.datahub.api.cluster;

import io.datahub.api.Refusal;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What this hub knows of its cluster. Registered as a service by what keeps the records of a cluster; a hub that is alone
 * has none. Thread-safe; no method blocks.
 */
@ProviderType
public interface ClusterView {

    /**
     * The name of this hub.
     *
     * @return the name, which no other hub of the cluster has
     */
    String hub();

    /**
     * Whether this hub may serve clients: its view of the ledger must be young enough, since an old one may lack that a
     * user has lost access.
     *
     * @return the refusal of every request while it may not ({@link io.datahub.api.Reason#UNAVAILABLE}); empty if it may
     */
    Optional<Refusal> refuse();

    /**
     * The cluster as this hub sees it, for operators.
     *
     * @return its hubs and the health of its engines
     */
    ClusterStatus status();
}
