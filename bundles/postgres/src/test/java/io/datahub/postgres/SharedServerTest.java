package io.datahub.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.datahub.api.cluster.Attempt;
import io.datahub.api.cluster.LedgerEntry;
import io.datahub.api.cluster.LedgerEvent;
import io.datahub.api.cluster.NewLedgerEvent;
import io.datahub.api.cluster.NewLedgerEvent.Newest;
import io.datahub.api.cluster.Operation;
import io.datahub.api.cluster.Outcome;
import io.datahub.api.cluster.SharedLedger;
import io.datahub.api.path.RecordPath;
import io.datahub.test.postgres.PostgresServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.ds.PGSimpleDataSource;

/** How hubs share one server with each other, and what they do when it stands still. */
final class SharedServerTest {

    private static final String SCHEMA = "datahub";

    @RegisterExtension
    static final TestLedgers LEDGERS = new TestLedgers();

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private PostgresServer server;
    private String name;
    private SharedLedger ledger;

    @BeforeEach
    void start() throws Exception {
        server = LEDGERS.server();
        ledger = LEDGERS.create();
        name = LEDGERS.name();
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    private static Attempt directory(String path) {
        return Attempt.of("bob", new Operation.MakeDirectory(RecordPath.of(path), true));
    }

    /** The guide's last step after a backup was restored, as an administrator of the database does it. */
    @Test
    void shouldKeepItsEventsWhenItGetsAnotherEpoch() throws Exception {
        NewLedgerEvent event = new NewLedgerEvent(
                "a.b",
                "ann",
                Instant.EPOCH,
                Optional.of("a."),
                Newest.REPLACED,
                Optional.empty(),
                LedgerEvent.Content.of(ByteBuffer.wrap(new byte[5])));
        ledger.events().append(UUID.randomUUID(), 1, List.of(event));

        server.sql(
                name,
                "UPDATE datahub.head SET epoch = left(replace(gen_random_uuid()::text, '-', ''), 12) RETURNING epoch");

        assertThat(ledger.events().read(0, 1, List.of(""), 10, 1_000).events()).hasSize(1);
        assertThat(ledger.events().last("", "", 10)).hasSize(1);
    }

    private Outcome commit(Attempt attempt) throws IOException {
        return ledger.records().commit(List.of(attempt)).get(0);
    }

    @Test
    void shouldGoOnWhileAnotherClientIsStopped() throws Exception {
        Process other = server.startLoad(name, SCHEMA, """
                select * from commit_1(jsonb_build_array(jsonb_build_object('id', gen_random_uuid(), 'user', '', 'ops',
                  jsonb_build_array(jsonb_build_object('k', 'put', 'p', '', 'n', gen_random_uuid(), 'any_version', true,
                  'etag', 'x', 'size', 1, 'sha256', '', 'blob', gen_random_uuid(), 'owner', '')))));
                """);
        try {
            for (int i = 0; i < 5; i++) {
                long before = ledger.journal().head().newest();
                await().until(() -> ledger.journal().head().newest() > before + 20);
                PostgresServer.signal("STOP", List.of(other.toHandle()));
                for (int n = 0; n < 20; n++) {
                    assertThat(commit(directory("mine/" + i + "-" + n))).isInstanceOf(Outcome.Committed.class);
                }
                PostgresServer.signal("CONT", List.of(other.toHandle()));
            }
        } finally {
            other.destroyForcibly().waitFor();
        }
        long newest = ledger.journal().head().newest();
        assertThat(ledger.journal().read(0, newest, "", 100_000).entries().stream()
                        .map(LedgerEntry::number))
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, newest).boxed().toList());
    }

    @Test
    void shouldNoticeAPrimaryThatIsStopped() throws Exception {
        PGSimpleDataSource source = TestLedgers.source(PostgresServer.url(name, server) + "&socketTimeout=1");
        try (Database impatient = new Database(source)) {
            SharedLedger reader = PostgresLedger.open(impatient, new CommitCounts(), Optional::empty);
            server.freeze();
            try {
                assertThatThrownBy(() -> reader.journal().head()).isInstanceOf(IOException.class);
            } finally {
                server.thaw();
            }
            assertThat(reader.journal().head().newest()).isZero();
        }
    }

    @Test
    void shouldMigrateOnceHoweverManyHubsStart() throws Exception {
        server.sql("create database another");
        PGSimpleDataSource source = TestLedgers.source(PostgresServer.url("another", server));
        List<Future<Boolean>> hubs = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            hubs.add(threads.submit(() -> {
                Migrations.apply(source);
                return true;
            }));
        }
        for (Future<Boolean> hub : hubs) {
            assertThat(hub.get()).isTrue();
        }

        assertThat(server.sql("another", "select count(*) from datahub.schema_version"))
                .isEqualTo("6");
        Migrations.apply(source);
    }
}
