package io.datahub.postgres;

import io.datahub.api.cluster.LedgerRecord;
import io.datahub.api.path.RecordPath;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** What rows contain. */
final class Rows {

    /** The columns that {@link #record} reads, of a table with the alias {@code r}. */
    static final String RECORD = "r.etag, r.size, r.sha256, r.blob, r.owner, r.modified, r.client, r.seq";

    private static final long SECOND = 1_000_000_000L;

    private Rows() {}

    /** A path from its parent and name. */
    static RecordPath path(String parent, String name) {
        return RecordPath.of(parent.isEmpty() ? name : parent + "/" + name);
    }

    /** A record whose etag, size and so on are in the columns of these names; empty if there is none. */
    static Optional<LedgerRecord> record(ResultSet row, RecordPath path) throws SQLException {
        String etag = row.getString("etag");
        return etag == null
                ? Optional.empty()
                : Optional.of(new LedgerRecord(
                        path,
                        etag,
                        row.getLong("size"),
                        row.getString("sha256"),
                        row.getString("blob"),
                        row.getString("owner"),
                        ofNanos(row.getLong("modified")),
                        client(row),
                        row.getLong("seq")));
    }

    /** The client's own time. */
    static Optional<Instant> client(ResultSet row) throws SQLException {
        return Optional.ofNullable(row.getString("client")).map(Instant::parse);
    }

    static Instant ofNanos(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, SECOND), Math.floorMod(nanos, SECOND));
    }

    static long nanos(Instant time) {
        return Math.addExact(Math.multiplyExact(time.getEpochSecond(), SECOND), time.getNano());
    }
}
