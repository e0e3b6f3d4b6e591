package io.datahub.test.cluster;

import io.datahub.api.cluster.LedgerTransfer;
import io.datahub.api.cluster.SharedLedger;
import io.datahub.test.contract.LedgerTransferContract;
import java.time.InstantSource;

final class MemoryLedgerTransferTest extends LedgerTransferContract {

    private final MemoryLedger ledger = new MemoryLedger(InstantSource.system());

    @Override
    protected LedgerTransfer create() {
        return new MemoryLedgerTransfer(ledger);
    }

    @Override
    protected SharedLedger open() {
        return ledger;
    }
}
