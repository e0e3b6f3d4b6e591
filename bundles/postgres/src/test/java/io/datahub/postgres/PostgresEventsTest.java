package io.datahub.postgres;

import io.datahub.api.cluster.SharedLedger;
import io.datahub.test.contract.LedgerEventsContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

final class PostgresEventsTest extends LedgerEventsContract {

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
    protected SharedLedger create() throws Exception {
        return ledgers.create();
    }
}
