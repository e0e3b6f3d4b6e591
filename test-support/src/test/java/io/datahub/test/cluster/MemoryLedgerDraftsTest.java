package io.datahub.test.cluster;

import io.datahub.api.cluster.SharedLedger;
import io.datahub.test.contract.LedgerDraftsContract;
import java.time.InstantSource;

final class MemoryLedgerDraftsTest extends LedgerDraftsContract {
    @Override
    protected SharedLedger create() {
        return new MemoryLedger(InstantSource.system());
    }
}
