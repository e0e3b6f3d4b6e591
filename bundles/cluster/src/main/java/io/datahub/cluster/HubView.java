package io.datahub.cluster;

import io.datahub.api.Refusal;
import io.datahub.api.cluster.ClusterStatus;
import io.datahub.api.cluster.ClusterView;
import io.datahub.api.health.HealthChecks;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** This hub, for other components. Thread-safe. */
final class HubView implements ClusterView {

    private static final Refusal CONNECTING = Refusal.unavailable(
            "this hub hasn't reached the cluster's ledger yet; retry, or use another hub", Duration.ofSeconds(1));

    private final HubIdentity identity;
    private final String cluster;
    private final HealthChecks engines;
    private volatile Optional<Cluster> connected = Optional.empty();

    /**
     * @param cluster identifies the cluster
     * @param engines the checks of what the cluster consists of
     */
    HubView(HubIdentity identity, String cluster, HealthChecks engines) {
        this.identity = identity;
        this.cluster = cluster;
        this.engines = engines;
    }

    void connected(Cluster reached) {
        connected = Optional.of(reached);
    }

    @Override
    public String hub() {
        return identity.name();
    }

    @Override
    public Optional<Refusal> refuse() {
        Optional<Cluster> reached = connected;
        return reached.isPresent() ? reached.get().freshness().refuse() : Optional.of(CONNECTING);
    }

    @Override
    public ClusterStatus status() {
        Optional<Cluster> reached = connected;
        return new ClusterStatus(
                cluster,
                reached.map(end -> end.freshness().age()),
                refuse().map(Refusal::detail),
                reached.map(end -> end.members().all()).orElse(List.of()),
                engines.run());
    }
}
