package io.datahub.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.datahub.api.cluster.Attempt;
import io.datahub.api.cluster.Expectation;
import io.datahub.api.cluster.LedgerEntry;
import io.datahub.api.cluster.LedgerHub;
import io.datahub.api.cluster.NewVersion;
import io.datahub.api.cluster.Operation;
import io.datahub.api.cluster.Outcome;
import io.datahub.api.cluster.SharedLedger;
import io.datahub.api.cluster.UnknownFateException;
import io.datahub.api.path.RecordPath;
import io.datahub.test.postgres.PostgresServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** What survives when servers are killed, stopped or told to go on too early. */
final class FailoverTest {

    private static final String DATABASE = "cluster";
    private static final int WRITERS = 6;
    private static final int BEFORE = 100;
    private static final int ALTOGETHER = 300;

    /** Servers that flush each commit, on a busy machine. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private PostgresServer primary;
    private PostgresServer standby;
    private Database database;
    private SharedLedger ledger;

    @BeforeEach
    void start() throws Exception {
        primary = PostgresServer.start();
        primary.sql("create database " + DATABASE);
        standby = primary.startStandby("s1");
        primary.sql("alter system set synchronous_standby_names = 'ANY 1 (s1)'");
        primary.sql("select pg_reload_conf()");
        await().atMost(PATIENCE)
                .until(() -> primary.sql("select sync_state from pg_stat_replication")
                        .equals("quorum"));
        PGSimpleDataSource source = TestLedgers.source(PostgresServer.url(DATABASE, standby, primary));
        Migrations.apply(source);
        database = new Database(source);
        ledger = PostgresLedger.open(database, new CommitCounts(), Optional::empty);
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
        if (database != null) {
            database.close();
        }
        if (standby != null) {
            standby.close();
        }
        if (primary != null) {
            primary.close();
        }
    }

    private static Attempt put(String path) {
        NewVersion version = new NewVersion(
                "\"" + UUID.randomUUID() + "\"", 1, "00", UUID.randomUUID().toString(), "", Optional.empty());
        return Attempt.of("bob", new Operation.Put(RecordPath.of(path), Expectation.ABSENT, version, List.of()));
    }

    private Outcome commit(Attempt attempt) throws IOException {
        return ledger.records().commit(List.of(attempt)).get(0);
    }

    /** Asks until there is an answer. */
    private Outcome commitWhatever(Attempt attempt) {
        List<Outcome> answer = new ArrayList<>();
        await().atMost(PATIENCE).until(() -> {
            try {
                return answer.add(commit(attempt));
            } catch (IOException e) {
                return false;
            }
        });
        return answer.get(0);
    }

    private List<LedgerEntry> journal() throws IOException {
        return ledger.journal().read(0, Long.MAX_VALUE, "", 10_000).entries();
    }

    @Test
    void shouldLoseAndDoubleNothingWhenThePrimaryIsKilled() throws Exception {
        Map<Long, String> acknowledged = new ConcurrentHashMap<>();
        AtomicInteger next = new AtomicInteger();
        List<Future<?>> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            writers.add(threads.submit(() -> {
                for (int n = next.getAndIncrement(); n < ALTOGETHER; n = next.getAndIncrement()) {
                    Outcome.Committed answer = (Outcome.Committed) commitWhatever(put("d" + n % 7 + "/" + n));
                    acknowledged.put(answer.first(), "d" + n % 7 + "/" + n);
                }
            }));
        }
        await().atMost(PATIENCE).until(() -> acknowledged.size() >= BEFORE);
        primary.kill();
        standby.promote();
        for (Future<?> writer : writers) {
            writer.get();
        }

        List<LedgerEntry> journal = journal();
        assertThat(journal.stream().map(LedgerEntry::number))
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, ALTOGETHER).boxed().toList());
        assertThat(acknowledged).hasSize(ALTOGETHER);
        assertThat(journal)
                .allSatisfy(entry ->
                        assertThat(entry.version().path().toString()).isEqualTo(acknowledged.get(entry.number())));
    }

    @Test
    void shouldNotTakeACancelledWaitForReplication() throws Exception {
        Attempt attempt = put("a");
        standby.freeze();
        Future<Outcome> commit = threads.submit(() -> commit(attempt));
        awaitReplication(1);
        primary.sql("select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'");

        assertThatThrownBy(commit::get).hasCauseInstanceOf(UnknownFateException.class);
        assertThat(ledger.journal().head().newest()).isEqualTo(1); // visible, but it could still be lost
        Future<?> confirmation = threads.submit(() -> {
            ledger.hubs().confirm(new LedgerHub("a", UUID.randomUUID(), "", 1));
            return true;
        });
        awaitReplication(1);
        assertThat(confirmation).isNotDone();

        standby.thaw();
        assertThat(confirmation.get()).isEqualTo(true);
        assertThat(((Outcome.Committed) commit(attempt)).first()).isEqualTo(1);
        assertThat(journal()).hasSize(1);
    }

    @Test
    void shouldNotReadFromAPrimaryThatWasReplaced() throws Exception {
        commit(put("a"));
        assertThat(journal()).hasSize(1); // leaves a connection for reading
        primary.freeze();
        standby.promote();
        commitWhatever(put("b"));
        primary.thaw();

        assertThat(readWhenever()).hasSize(2);
    }

    @Test
    void shouldNotConfirmWhatTheLedgerDoesNotHave() throws Exception {
        commit(put("a"));
        LedgerHub ahead = new LedgerHub("a", UUID.randomUUID(), "", 2);
        assertThatThrownBy(() -> ledger.hubs().confirm(ahead)).isInstanceOf(IOException.class);
    }

    /** Reads until there is an answer. */
    private List<LedgerEntry> readWhenever() {
        List<List<LedgerEntry>> answer = new ArrayList<>();
        await().until(() -> {
            try {
                return answer.add(journal());
            } catch (IOException e) {
                return false;
            }
        });
        return answer.get(0);
    }

    private void awaitReplication(int waiting) {
        await().atMost(PATIENCE)
                .until(() -> primary.sql("select count(*) from pg_stat_activity where wait_event = 'SyncRep'")
                        .equals(Integer.toString(waiting)));
    }

    @Test
    void shouldRefuseADatabaseThatMayLoseWhatItAcknowledged() throws Exception {
        assertThat(Replication.check(database, false).standbys()).hasValue(1);
        primary.sql("alter system reset synchronous_standby_names");
        primary.sql("select pg_reload_conf()");
        await().atMost(PATIENCE)
                .until(() -> primary.sql("show synchronous_standby_names").isEmpty());

        assertThatThrownBy(() -> Replication.check(database, false))
                .isInstanceOf(UnfitException.class)
                .hasMessageContaining("allowSingle = true");
        assertThat(Replication.check(database, true).required()).isFalse();
    }
}
