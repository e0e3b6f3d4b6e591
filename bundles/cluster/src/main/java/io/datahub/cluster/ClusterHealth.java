package io.datahub.cluster;

import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.log.FailureText;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Checks whether this hub's view of the ledger is young enough. Thread-safe. */
final class ClusterHealth implements HealthCheck {

    private final HubIdentity hub;
    private volatile Optional<Cluster> cluster = Optional.empty();
    private volatile String failure = "";

    ClusterHealth(HubIdentity hub) {
        this.hub = hub;
    }

    void connected(Cluster connected) {
        cluster = Optional.of(connected);
    }

    void failed(IOException e) {
        failure = FailureText.of(e);
    }

    @Override
    public Health check() {
        Optional<Cluster> connected = cluster;
        if (connected.isEmpty()) {
            return Health.down("connecting to the ledger"
                    + (failure.isEmpty() ? "" : ": " + failure + "; check io.datahub.cluster.cfg and the database"));
        }
        long age = connected.get().freshness().age().toMillis();
        if (!connected.get().freshness().isFresh()) {
            return Health.down("the ledger hasn't confirmed this hub's view for " + age + " ms"
                    + connected
                            .get()
                            .tail()
                            .failure()
                            .map(e -> ": " + FailureText.of(e))
                            .orElse(""));
        }
        long unknown = connected.get().commits().unknown();
        String detail =
                "hub=" + hub.name() + " cursor=" + connected.get().journal().head() + " viewAgeMillis=" + age;
        List<String> duplicates = connected.get().members().duplicates();
        if (!duplicates.isEmpty()) {
            return Health.degraded(detail + "; several hubs are named " + String.join(", ", duplicates)
                    + ", so neither gets all events of the others; set hub in io.datahub.cluster.cfg");
        }
        return unknown == 0
                ? Health.ready(detail)
                : Health.degraded(
                        detail + "; the ledger hasn't answered yet whether " + unknown + " changes were made");
    }
}
