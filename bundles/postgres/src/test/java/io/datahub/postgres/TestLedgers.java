package io.datahub.postgres;

import io.datahub.api.secret.SecretFiles;
import io.datahub.test.postgres.PostgresServer;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.postgresql.ds.PGSimpleDataSource;

/** Ledgers in databases of their own, on one server, which as a JUnit extension runs from before the first test until after the last. */
final class TestLedgers implements BeforeAllCallback, AfterAllCallback {

    private PostgresServer server;
    private final List<Database> databases = new ArrayList<>();
    private int count;

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        server = PostgresServer.start("fsync=off");
    }

    /** Creates an empty ledger with the database's clock. */
    PostgresLedger create() throws Exception {
        return create(Optional::empty);
    }

    PostgresLedger create(Supplier<Optional<Instant>> clock) throws Exception {
        count++;
        server.sql("create database " + name());
        PGSimpleDataSource source = source(PostgresServer.url(name(), server));
        Migrations.apply(source);
        Database database = new Database(source);
        databases.add(database);
        return PostgresLedger.open(database, new CommitCounts(), clock);
    }

    /** The name of the latest database. */
    String name() {
        return "test" + count;
    }

    /** The latest database. */
    Database database() {
        return databases.get(databases.size() - 1);
    }

    PostgresServer server() {
        return server;
    }

    static PGSimpleDataSource source(String url) throws Exception {
        return PostgresSource.create(url, new SecretFiles(""), "test");
    }

    @Override
    public void afterAll(ExtensionContext context) {
        databases.forEach(Database::close);
        if (server != null) {
            server.close();
        }
    }
}
