package io.datahub.postgres;

import io.datahub.api.secret.SecretFiles;
import io.datahub.test.postgres.PostgresServer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.postgresql.ds.PGSimpleDataSource;

/** Ledgers in databases of their own, on one server. */
final class TestLedgers implements AutoCloseable {

    private final PostgresServer server;
    private final List<Database> databases = new ArrayList<>();
    private int count;

    TestLedgers() throws Exception {
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
    public void close() {
        databases.forEach(Database::close);
        server.close();
    }
}
