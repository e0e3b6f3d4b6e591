package io.datahub.postgres;

import io.datahub.api.cluster.LedgerTransfer;
import io.datahub.api.cluster.SharedLedger;
import io.datahub.test.contract.LedgerTransferContract;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

final class PostgresTransferTest extends LedgerTransferContract {

    private static TestLedgers ledgers;

    @BeforeAll
    static void start() throws Exception {
        ledgers = new TestLedgers();
    }

    @AfterAll
    static void stop() {
        if (ledgers != null) {
            ledgers.close();
        }
    }

    @Override
    protected LedgerTransfer create() throws Exception {
        ledgers.create();
        return new PostgresTransfer(ledgers.database());
    }

    @Override
    protected SharedLedger open() throws Exception {
        return PostgresLedger.open(ledgers.database(), new CommitCounts(), Optional::empty);
    }
}
