package io.datahub.test.cluster;

import io.datahub.api.Refusal;
import io.datahub.api.cluster.ClusterStatus;
import io.datahub.api.cluster.ClusterStatus.Member;
import io.datahub.api.cluster.ClusterView;
import io.datahub.api.health.Health;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A cluster of two hubs, as seen by the first: the other one has been away for a minute. */
public final class TwoHubs implements ClusterView {

    /** Why the first hub serves nothing; empty if it does. */
    public volatile Optional<String> outage = Optional.empty();

    @Override
    public String hub() {
        return "hub1";
    }

    @Override
    public Optional<Refusal> refuse() {
        return outage.map(reason -> Refusal.unavailable(reason, Duration.ofSeconds(1)));
    }

    @Override
    public ClusterStatus status() {
        return new ClusterStatus(
                "c1",
                Optional.of(Duration.ofMillis(20)),
                outage,
                List.of(
                        new Member("hub1", "10.0.0.1", 7, Duration.ofMillis(90)),
                        new Member("hub2", "10.0.0.2", 5, Duration.ofMinutes(1))),
                Map.of("ledger", Health.ready("reached"), "blobs", Health.degraded("403 Forbidden")));
    }
}
