package io.datahub.api.cluster;

import io.datahub.api.health.Health;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The cluster as one of its hubs sees it.
 *
 * @param cluster identifies the cluster
 * @param viewAge how old this hub's view of the ledger is; empty while it hasn't reached the ledger yet
 * @param outage why this hub serves nothing at present; empty if it does
 * @param hubs the hubs that were there within the last day, by name, this one included, as of about a second ago
 * @param engines the health of what the cluster consists of, by component: {@code ledger}, {@code blobs}, {@code relay}
 */
public record ClusterStatus(
        String cluster,
        Optional<Duration> viewAge,
        Optional<String> outage,
        List<Member> hubs,
        Map<String, Health> engines) {

    /** How long ago a running hub has reported to the ledger at the most; it does so about three times a second. */
    public static final Duration MAX_SILENCE = Duration.ofSeconds(3);

    public ClusterStatus {
        hubs = List.copyOf(hubs);
        engines = Map.copyOf(engines);
    }

    /**
     * A hub of the cluster.
     *
     * @param name its name
     * @param address where it can be reached, for operators; empty if unknown
     * @param sequence the number up to which it has read the journal
     * @param silence for how long it hasn't reported to the ledger
     */
    public record Member(String name, String address, long sequence, Duration silence) {

        /**
         * Whether the hub is running and reaches the ledger.
         *
         * @return whether it has reported lately
         */
        public boolean isAlive() {
            return silence.compareTo(MAX_SILENCE) <= 0;
        }
    }
}
