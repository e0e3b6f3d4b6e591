package io.datahub.postgres;

import java.sql.Connection;
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
    private final Deque<Connection> idle = new ArrayDeque<>(); // guarded by itself
    private volatile boolean closed;

    /** @param setUp statements that each new connection executes first */
    Connections(DataSource source, int max, String setUp) {
        this.source = source;
        this.setUp = setUp;
        this.max = max;
        permits = new Semaphore(max, true);
    }

    /** A connection that is in use; closing it gives it back, or ends it unless it is known to be fine. */
    final class Lease implements AutoCloseable {

        private final Connection connection;
        private final boolean isNew;
        private boolean fine;

        private Lease(Connection connection, boolean isNew) {
            this.connection = connection;
            this.isNew = isNew;
        }

        Connection connection() {
            return connection;
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
            if (fine && !closed) {
                synchronized (idle) {
                    idle.push(connection);
                }
            } else {
                end(connection);
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
            Connection found;
            synchronized (idle) {
                found = idle.poll();
            }
            lease = found == null ? new Lease(open(), true) : new Lease(found, false);
            return lease;
        } finally {
            if (lease == null) {
                permits.release();
            }
        }
    }

    private Connection open() throws SQLException {
        if (closed) {
            throw new SQLTransientConnectionException("the hub stops");
        }
        Connection connection = source.getConnection();
        boolean done = false;
        try (Statement statement = connection.createStatement()) {
            statement.execute(setUp);
            done = true;
            return connection;
        } finally {
            if (!done) {
                end(connection);
            }
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

    private void closeIdle() {
        Connection next = poll();
        while (next != null) {
            end(next);
            next = poll();
        }
    }

    private Connection poll() {
        synchronized (idle) {
            return idle.poll();
        }
    }

    private static void end(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            // it is of no use any more
        }
    }

    @Override
    public void close() {
        closed = true;
        closeIdle();
    }
}
