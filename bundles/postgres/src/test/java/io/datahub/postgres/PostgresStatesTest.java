package io.datahub.postgres;

import io.datahub.api.state.AdapterStates;
import io.datahub.test.contract.AdapterStateContract;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.extension.RegisterExtension;

final class PostgresStatesTest extends AdapterStateContract {

    @RegisterExtension
    static final TestLedgers LEDGERS = new TestLedgers();

    @Override
    protected AdapterStates create() throws IOException {
        try {
            return LEDGERS.create(() -> Optional.of(now)).states();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
