package io.datahub.history;

import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;

/** The same if publishers are answered after the flush. */
class HistoryLogAlwaysFlushedTest extends HistoryLogTest {

    @BeforeEach
    void flushAlways() throws IOException {
        hub.configure(RULES, "always");
    }
}
