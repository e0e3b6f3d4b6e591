package io.datahub.api.cluster;

import java.util.Objects;
import java.util.UUID;

/**
 * A hub of the cluster.
 *
 * @param name its name
 * @param instance identifies this run of the hub: two with one name at the same time are misconfigured
 * @param address where it can be reached, for operators; empty if unknown
 * @param tail the number up to which it has read the journal
 */
public record LedgerHub(String name, UUID instance, String address, long tail) {
    public LedgerHub {
        Objects.requireNonNull(name);
        Objects.requireNonNull(instance);
        Objects.requireNonNull(address);
    }
}
