package io.datahub.postgres;

import io.datahub.api.state.AdapterStates;
import io.datahub.test.contract.AdapterStateContract;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

final class PostgresStatesTest extends AdapterStateContract {

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
    protected AdapterStates create() throws IOException {
        try {
            return ledgers.create(() -> Optional.of(now)).states();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
