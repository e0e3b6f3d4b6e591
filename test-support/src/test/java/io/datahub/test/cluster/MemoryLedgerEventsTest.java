package io.datahub.test.cluster;

import io.datahub.api.cluster.SharedLedger;
import io.datahub.test.contract.LedgerEventsContract;
import java.time.Duration;
import java.time.Instant;

final class MemoryLedgerEventsTest extends LedgerEventsContract {

    private Instant now = Instant.now();

    @Override
    protected SharedLedger create() {
        return new MemoryLedger(() -> now);
    }

    @Override
    protected void pass(Duration time) {
        now = now.plus(time);
    }
}
