package io.datahub.test.cluster;

import io.datahub.api.cluster.SharedLedger;
import io.datahub.test.contract.LedgerEventsContract;
import java.time.InstantSource;

final class MemoryLedgerEventsTest extends LedgerEventsContract {
    @Override
    protected SharedLedger create() {
        return new MemoryLedger(InstantSource.system());
    }
}
