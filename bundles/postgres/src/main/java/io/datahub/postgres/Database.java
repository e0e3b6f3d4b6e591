package io.datahub.postgres;

import io.datahub.api.cluster.UnknownFateException;
import java.io.IOException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.postgresql.util.PSQLException;

/**
 * Runs statements, each of which is a transaction of its own and takes one round trip. So no lock in the database is
 * ever held while a hub is waited for. Thread-safe.
 */
final class Database implements AutoCloseable {

    private static final int READERS = 8;
    private static final int WRITERS = 6;
    private static final int WRITE_MILLIS = 8_000;

    /** A commit that isn't replicated would be visible and could be lost; a wait for a lock must end before the socket's. */
    private static final String WRITER = """
            select set_config('synchronous_commit', 'on', false)
              where current_setting('synchronous_commit') in ('off', 'local', 'remote_write');
            set client_min_messages = warning; set lock_timeout = '5s'""";

    private static final String READ_ONLY = "25006";

    /** Beginnings of states after which it isn't known what became of the statement: lost connections and shutdowns. */
    private static final List<String> ENDS_SESSION = List.of("08", "57P", "40003");

    private static final String READER = "set default_transaction_read_only = on; set statement_timeout = '10s'";

    private final Connections readers;
    private final Connections writers;

    /** Reads one row. */
    interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    Database(DataSource source) {
        PrimaryServer primary = new PrimaryServer();
        readers = new Connections(source, READERS, READER, primary, false);
        writers = new Connections(source, WRITERS, WRITER, primary, true);
    }

    Connections readers() {
        return readers;
    }

    Connections writers() {
        return writers;
    }

    /** Reads rows. A connection that was lost while nothing was read is replaced once. */
    <T> List<T> query(String sql, Row<T> row, Object... parameters) throws IOException {
        try {
            Optional<List<T>> rows = tryToQuery(sql, row, parameters);
            while (rows.isEmpty()) {
                rows = tryToQuery(sql, row, parameters);
            }
            return rows.get();
        } catch (PrimaryServer.MovedException e) {
            throw moved(e);
        } catch (SQLException e) {
            throw new IOException("the ledger can't be read: " + e.getMessage(), e);
        }
    }

    /** Reading leads to another server than changes did: which one counts now? */
    private IOException moved(PrimaryServer.MovedException cause) {
        try {
            writers.probe();
        } catch (SQLException e) {
            cause.addSuppressed(e); // that it has moved, too
        }
        return new IOException("the ledger can't be read: " + cause.getMessage(), cause);
    }

    /** Reads rows; empty if the connection had been idle and was lost. */
    private <T> Optional<List<T>> tryToQuery(String sql, Row<T> row, Object... parameters) throws SQLException {
        try (Connections.Lease lease = readers.lease()) {
            try (PreparedStatement statement = prepare(lease.connection(), sql, parameters)) {
                List<T> rows = rows(statement, row);
                if (!lease.isCurrent()) {
                    throw new PrimaryServer.MovedException();
                }
                lease.setFine();
                return Optional.of(rows);
            } catch (SQLException e) {
                if (isRefusal(e, isClosed(lease.connection()))) {
                    lease.setFine();
                } else if (!lease.isNew()) {
                    return Optional.empty();
                }
                throw e;
            }
        }
    }

    /** Changes something, and waits until it is replicated. */
    <T> List<T> change(String sql, Row<T> row, Object... parameters) throws IOException {
        return change(WRITE_MILLIS, sql, row, parameters);
    }

    /**
     * Changes something, and waits until it is replicated.
     *
     * @param millis how long the answer is waited for
     */
    <T> List<T> change(int millis, String sql, Row<T> row, Object... parameters) throws IOException {
        try (Connections.Lease lease = writers.lease()) {
            Connection connection = lease.connection();
            connection.setNetworkTimeout(Runnable::run, millis);
            return change(lease, prepare(connection, sql, parameters), row);
        } catch (SQLException e) {
            throw new IOException("the ledger can't be reached: " + e.getMessage(), e);
        }
    }

    private static <T> List<T> change(Connections.Lease lease, PreparedStatement prepared, Row<T> row)
            throws IOException {
        try (PreparedStatement statement = prepared) {
            List<T> rows = rows(statement, row);
            if (!lease.isCurrent()) {
                throw new UnknownFateException("the ledger has moved to another server meanwhile", null);
            }
            SQLWarning warning = statement.getWarnings();
            if (warning != null) {
                // The wait for the standby was cut short: it is committed, but may not be replicated.
                throw new UnknownFateException("the ledger may not be replicated: " + warning.getMessage(), warning);
            }
            lease.setFine();
            return rows;
        } catch (SQLException e) {
            if (isRefusal(e, isClosed(lease.connection()))) {
                if (!READ_ONLY.equals(e.getSQLState())) { // the server isn't the primary any more
                    lease.setFine();
                }
                throw new IOException("the ledger refused a change: " + e.getMessage(), e);
            }
            throw new UnknownFateException("the answer of the ledger was lost: " + e.getMessage(), e);
        }
    }

    /** Repeats a change in short transactions, which others get in between of, until nothing is left or time is up. */
    boolean repeat(long end, String sql, Object... parameters) throws IOException {
        boolean more;
        do {
            more = change(sql, row -> row.getBoolean(1), parameters).get(0);
        } while (more && System.nanoTime() < end);
        return more;
    }

    private static boolean isClosed(Connection connection) {
        try {
            return connection.isClosed();
        } catch (SQLException e) {
            return true;
        }
    }

    /**
     * Whether the server has ended the statement, and has undone it, but not the session. The severity that it states
     * doesn't tell, since it is translated into the server's language.
     *
     * @param isClosed whether the connection is of no use any more, as after a fatal error
     */
    static boolean isRefusal(SQLException failure, boolean isClosed) {
        boolean isFromServer = failure instanceof PSQLException postgres && postgres.getServerErrorMessage() != null;
        String state = String.valueOf(failure.getSQLState());
        return isFromServer && !isClosed && ENDS_SESSION.stream().noneMatch(state::startsWith);
    }

    private static PreparedStatement prepare(Connection connection, String sql, Object... parameters)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, value(connection, parameters[i]));
        }
        return statement;
    }

    private static Object value(Connection connection, Object parameter) throws SQLException {
        if (parameter instanceof String[] texts) {
            return array(connection, "text", texts);
        } else if (parameter instanceof Long[] numbers) {
            return array(connection, "bigint", numbers);
        } else if (parameter instanceof byte[][] values) {
            return array(connection, "bytea", values);
        }
        return parameter;
    }

    private static Array array(Connection connection, String type, Object[] values) throws SQLException {
        return connection.createArrayOf(type, values);
    }

    private static <T> List<T> rows(PreparedStatement statement, Row<T> row) throws SQLException {
        try (ResultSet results = statement.executeQuery()) {
            List<T> rows = new ArrayList<>();
            while (results.next()) {
                rows.add(row.read(results));
            }
            return rows;
        }
    }

    @Override
    public void close() {
        readers.close();
        writers.close();
    }
}
