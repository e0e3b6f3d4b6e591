package io.datahub.cluster;

import io.datahub.api.cluster.HubName;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;

/**
 * This hub, and what it does while the ledger doesn't answer.
 *
 * @param name its name, which no other hub of the cluster has
 * @param address where it can be reached, for operators; empty if unknown
 * @param maxStale how old its view of the ledger may be
 * @param maxPause how old it may be before clients are disconnected
 */
record HubIdentity(String name, String address, Duration maxStale, Duration maxPause) {

    private static final String DEFAULT_SOURCE = "/datahub";

    /** The hub that is configured. */
    static HubIdentity of(ClusterConfiguration configuration) throws UnknownHostException {
        return new HubIdentity(
                HubName.of(configuration.hub()),
                InetAddress.getLocalHost().getHostAddress(),
                Duration.ofMillis(configuration.maxStaleMillis()),
                Duration.ofMillis(configuration.maxPauseMillis()));
    }

    /** The CloudEvents source: the configured one, or else one that identifies the cluster. */
    String source(String configured, String cluster) {
        return configured.equals(DEFAULT_SOURCE) ? DEFAULT_SOURCE + "/" + cluster : configured;
    }
}
