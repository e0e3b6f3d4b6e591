package io.datahub.postgres;

import io.datahub.api.cluster.SharedLedger;
import io.datahub.test.contract.LedgerEventsContract;
import java.time.Duration;
import org.junit.jupiter.api.extension.RegisterExtension;

final class PostgresEventsTest extends LedgerEventsContract {

    @RegisterExtension
    static final TestLedgers LEDGERS = new TestLedgers();

    @Override
    protected SharedLedger create() throws Exception {
        return LEDGERS.create();
    }

    @Override
    protected void pass(Duration time) throws Exception {
        LEDGERS.database().change("update last_rule set seen = seen - ? returning true", row -> true, time.toMillis());
    }
}
