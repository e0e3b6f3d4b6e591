package io.datahub.cluster;

import io.datahub.api.Refusal;
import io.datahub.api.cluster.ClusterView;
import java.time.Duration;
import java.util.Optional;

/** This hub, for other components. Thread-safe. */
final class HubView implements ClusterView {

    private static final Refusal CONNECTING = Refusal.unavailable(
            "this hub hasn't reached the cluster's ledger yet; retry, or use another hub", Duration.ofSeconds(1));

    private final HubIdentity identity;
    private volatile Optional<Cluster> cluster = Optional.empty();

    HubView(HubIdentity identity) {
        this.identity = identity;
    }

    void connected(Cluster connected) {
        cluster = Optional.of(connected);
    }

    @Override
    public String hub() {
        return identity.name();
    }

    @Override
    public Optional<Refusal> refuse() {
        Optional<Cluster> connected = cluster;
        return connected.isPresent() ? connected.get().freshness().refuse() : Optional.of(CONNECTING);
    }
}
