package io.datahub.postgres;

import io.datahub.api.cluster.SharedLedger;
import io.datahub.test.contract.LedgerDraftsContract;
import org.junit.jupiter.api.extension.RegisterExtension;

final class PostgresDraftsTest extends LedgerDraftsContract {

    @RegisterExtension
    static final TestLedgers LEDGERS = new TestLedgers();

    @Override
    protected SharedLedger create() throws Exception {
        return LEDGERS.create();
    }
}
