package io.datahub.cluster;

import io.datahub.api.cluster.SharedLedger;
import io.datahub.api.record.ChangeJournal;
import java.io.IOException;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/** The contracts of stores, on a ledger in PostgreSQL. */
class ClusterOnPostgresTest {

    private static RealLedgers ledgers;

    @BeforeAll
    static void start() throws IOException {
        ledgers = new RealLedgers();
    }

    @AfterAll
    static void stop() {
        if (ledgers != null) {
            ledgers.close();
        }
    }

    /** One ledger in place of that in memory, also after a restart. */
    private static final class Real implements UnaryOperator<SharedLedger> {
        private SharedLedger ledger;

        @Override
        public SharedLedger apply(SharedLedger memory) {
            ledger = ledger == null ? ledgers.create() : ledger;
            return ledger;
        }
    }

    @Nested
    class Records extends ClusterRecordStoreTest {
        Records() {
            cluster.view = new Real();
        }
    }

    @Nested
    class Drafts extends ClusterDraftTest {
        Drafts() {
            cluster.view = new Real();
        }
    }

    @Nested
    class Namespace extends ClusterNamespaceTest {
        Namespace() {
            cluster.view = new Real();
        }
    }

    @Nested
    class Directories extends ClusterListingTest {
        Directories() {
            cluster.view = new Real();
        }
    }

    @Nested
    class Uploads extends ClusterLastingDraftsTest {
        Uploads() {
            cluster.view = new Real();
        }
    }

    @Nested
    class Events extends SharedEventsTest {
        Events() {
            cluster.view = new Real();
        }
    }

    @Nested
    class Journal extends ClusterChangeJournalTest {

        private final Real real = new Real();

        Journal() {
            cluster.view = real;
        }

        @Override
        protected void dropOldest() throws IOException {
            ChangeJournal journal = journal();
            for (long bytes = 100_000; journal.oldest().sequence() == 0; bytes -= 100) {
                real.ledger.journal().trim(Duration.ofDays(1), bytes);
            }
        }
    }
}
