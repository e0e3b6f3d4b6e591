package io.datahub.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/** A limited number of connections to the primary, which are opened when they are needed. Thread-safe. */
final class Connections implements AutoCloseable {

    private static final long MAX_WAIT_SECONDS = 5;

    private final DataSource source;
    private final String setUp;
    private final int max;
    private final Semaphore permits;
    private final PrimaryServer primary;
    private final boolean isForChanges;
    private final Deque<Opened> idle = new ArrayDeque<>(); // guarded by itself
    private volatile boolean closed; // set under the monitor of idle

    /** @param server identifies the server it leads to */
    private record Opened(Connection connection, String server) {}

    /**
     * @param setUp statements that each new connection executes first
     * @param isForChanges whether they decide which server counts; others must lead to that one
     */
    Connections(DataSource source, int max, String setUp, PrimaryServer primary, boolean isForChanges) {
        this.primary = primary;
        this.isForChanges = isForChanges;
        this.source = source;
        this.setUp = setUp;
        this.max = max;
        permits = new Semaphore(max, true);
    }

    /** A connection that is in use; closing it gives it back, or ends it unless it is known to be fine. */
    final class Lease implements AutoCloseable {

        private final Opened opened;
        private final boolean isNew;
        private boolean fine;

        private Lease(Opened opened, boolean isNew) {
            this.opened = opened;
            this.isNew = isNew;
        }

        Connection connection() {
            return opened.connection();
        }

        /** Whether it still leads to the server that counts. */
        boolean isCurrent() {
            return primary.isCurrent(opened.server());
        }

        /** Whether it was opened for this lease: one that was idle may have been closed by the server meanwhile. */
        boolean isNew() {
            return isNew;
        }

        /** Whoever has used it got every answer. */
        void setFine() {
            fine = true;
        }

        @Override
        public void close() {
            if (!fine || !putBack(opened)) {
                end(opened);
                closeIdle(); // those to a server that has failed would fail, too
            }
            permits.release();
        }
    }

    Lease lease() throws SQLException {
        try {
            if (!permits.tryAcquire(MAX_WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw new SQLTransientConnectionException("all " + max + " connections to the ledger are in use");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLTransientConnectionException("interrupted", e);
        }
        Lease lease = null;
        try {
            Opened found = poll();
            while (found != null && !primary.isCurrent(found.server())) {
                end(found);
                found = poll();
            }
            lease = found == null ? new Lease(open(), true) : new Lease(found, false);
            return lease;
        } finally {
            if (lease == null) {
                permits.release();
            }
        }
    }

    /** Opens a connection and closes it, to learn which server counts. */
    void probe() throws SQLException {
        end(open());
    }

    private Opened open() throws SQLException {
        if (closed) {
            throw new SQLTransientConnectionException("the hub stops");
        }
        Connection connection = source.getConnection();
        Opened opened = null;
        try (Statement statement = connection.createStatement()) {
            statement.execute(setUp);
            String server = server(statement);
            if (isForChanges) {
                primary.opened(server);
            } else if (!primary.isCurrent(server)) {
                throw new PrimaryServer.MovedException();
            }
            opened = new Opened(connection, server);
            return opened;
        } finally {
            if (opened == null) {
                abort(connection);
            }
        }
    }

    private static String server(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(PrimaryServer.IDENTITY)) {
            row.next();
            return row.getString(1);
        }
    }

    /** How many are in use. */
    int busy() {
        return max - permits.availablePermits();
    }

    /** How many are open and not in use. */
    int idle() {
        synchronized (idle) {
            return idle.size();
        }
    }

    /** False if this is closed. */
    private boolean putBack(Opened opened) {
        synchronized (idle) {
            if (!closed) {
                idle.push(opened);
            }
            return !closed;
        }
    }

    private void closeIdle() {
        Opened next = poll();
        while (next != null) {
            end(next);
            next = poll();
        }
    }

    private Opened poll() {
        synchronized (idle) {
            return idle.poll();
        }
    }

    private static void end(Opened opened) {
        abort(opened.connection());
    }

    private static void abort(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            // it is of no use any more
        }
    }

    @Override
    public void close() {
        synchronized (idle) {
            closed = true;
        }
        closeIdle();
    }
}
