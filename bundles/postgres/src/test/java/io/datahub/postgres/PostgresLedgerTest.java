package io.datahub.postgres;

import io.datahub.api.cluster.SharedLedger;
import io.datahub.test.contract.SharedLedgerContract;
import org.junit.jupiter.api.extension.RegisterExtension;

final class PostgresLedgerTest extends SharedLedgerContract {

    @RegisterExtension
    static final TestLedgers LEDGERS = new TestLedgers();

    @Override
    protected SharedLedger create() throws Exception {
        return LEDGERS.create();
    }
}
