package io.datahub.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Brings the schema up to date, one version after another. A version only adds to the one before it, so that hubs of
 * the version before go on while the cluster is upgraded.
 */
final class Migrations {

    /** The newest version that this hub knows: the number of the last resource. */
    private static final int NEWEST = 6;

    private Migrations() {}

    /** Applies what is missing. Only one hub does so at a time. */
    static void apply(PGSimpleDataSource source) throws SQLException, IOException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("select pg_advisory_xact_lock(4710021, 0)");
            int version = version(statement, source.getCurrentSchema());
            for (int next = version + 1; next <= NEWEST; next++) {
                statement.execute(resource(next));
                statement.execute("insert into schema_version values (" + next + ", now())");
            }
            connection.commit();
        }
    }

    private static int version(Statement statement, String schema) throws SQLException {
        if (!isTrue(statement, "select to_regclass('schema_version') is not null")) {
            statement.execute("create schema if not exists \"" + schema.replace("\"", "\"\"") + "\"");
            statement.execute("create table schema_version (version int primary key, applied timestamptz not null)");
        }
        try (ResultSet row = statement.executeQuery("select coalesce(max(version), 0) from schema_version")) {
            row.next();
            return row.getInt(1);
        }
    }

    private static boolean isTrue(Statement statement, String query) throws SQLException {
        try (ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private static String resource(int version) throws IOException {
        try (InputStream in = Migrations.class.getResourceAsStream(version + ".sql")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
