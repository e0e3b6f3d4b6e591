package io.datahub.postgres;

import java.sql.SQLTransientConnectionException;

/**
 * The server that takes the changes of this hub. A primary that was cut off and replaced may still answer reads: what it
 * says gets older and older, and a change at the new one doesn't confirm it. So only the server of the changes is read.
 * Thread-safe.
 */
final class PrimaryServer {

    /** Identifies a server, until it is restarted. */
    static final String IDENTITY =
            "select concat_ws(' ', pg_postmaster_start_time(), inet_server_addr(), inet_server_port())";

    private String current = ""; // guarded by this; empty until there was a change

    /** It is another server than before, or a connection leads to another one. */
    static final class MovedException extends SQLTransientConnectionException {

        private static final long serialVersionUID = 1;

        MovedException() {
            super("the ledger has moved to another server; look again");
        }
    }

    /**
     * A connection for changes was opened.
     *
     * @throws MovedException if the one before led to another server, from which something may have been read; the next
     *     connection to this one is fine
     */
    synchronized void opened(String server) throws MovedException {
        boolean hasMoved = !isCurrent(server);
        current = server;
        if (hasMoved) {
            throw new MovedException();
        }
    }

    /** Whether what the server says counts. */
    synchronized boolean isCurrent(String server) {
        return current.isEmpty() || current.equals(server);
    }
}
