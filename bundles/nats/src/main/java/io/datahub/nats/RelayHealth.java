package io.datahub.nats;

import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.nats.stream.Sender;
import java.util.Optional;
import java.util.OptionalLong;

/** Whether events reach the other hubs. Without NATS the hub serves its own clients as before, so it stays ready. */
final class RelayHealth implements HealthCheck {

    private final Relay relay;

    RelayHealth(Relay relay) {
        this.relay = relay;
    }

    @Override
    public Health check() {
        Optional<String> failure = relay.link().failure();
        if (failure.isPresent()) {
            return Health.degraded("no connection to NATS: " + failure.get()
                    + "; events don't reach the other hubs; check the servers and the keys events and secrets of"
                    + " io.datahub.cluster.cfg");
        }
        OptionalLong maxPayload = relay.link().tooSmallMaxPayload();
        if (maxPayload.isPresent()) {
            return Health.degraded("NATS takes messages of at most " + maxPayload.getAsLong() + " bytes, so events are"
                    + " lost on their way to the other hubs; set max_payload of the NATS servers to at least "
                    + Sender.MAX_MESSAGE_BYTES);
        }
        if (relay.hasNamesake()) {
            return Health.degraded("another hub has the same name; give each hub its own by the key hub of"
                    + " io.datahub.cluster.cfg, and restart it");
        }
        return Health.ready("hub=" + relay.sessions().hub() + " hubs=" + relay.hubs() + " lost="
                + relay.counters().lost());
    }
}
