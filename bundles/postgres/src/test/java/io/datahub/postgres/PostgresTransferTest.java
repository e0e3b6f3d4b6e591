package io.datahub.postgres;

import io.datahub.api.cluster.LedgerTransfer;
import io.datahub.api.cluster.SharedLedger;
import io.datahub.test.contract.LedgerTransferContract;
import java.util.Optional;
import org.junit.jupiter.api.extension.RegisterExtension;

final class PostgresTransferTest extends LedgerTransferContract {

    @RegisterExtension
    static final TestLedgers LEDGERS = new TestLedgers();

    @Override
    protected LedgerTransfer create() throws Exception {
        LEDGERS.create();
        return new PostgresTransfer(LEDGERS.database());
    }

    @Override
    protected SharedLedger open() throws Exception {
        return PostgresLedger.open(LEDGERS.database(), new CommitCounts(), Optional::empty);
    }
}
