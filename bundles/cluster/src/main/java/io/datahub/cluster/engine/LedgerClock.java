package io.datahub.cluster.engine;

import java.io.IOException;
import java.time.Instant;

/** The ledger's clock, which is the same for all hubs: that of this one may be wrong. Thread-safe. */
@FunctionalInterface
public interface LedgerClock {

    /**
     * The time.
     *
     * @throws IOException if the ledger is unreachable
     */
    Instant now() throws IOException;
}
