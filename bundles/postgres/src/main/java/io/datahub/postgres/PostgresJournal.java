package io.datahub.postgres;

import io.datahub.api.cluster.Attempt;
import io.datahub.api.cluster.LedgerEntry;
import io.datahub.api.cluster.LedgerJournal;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.RecordVersion;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The journal in a table. Thread-safe. */
final class PostgresJournal implements LedgerJournal {

    private static final int MAX_EXAMINED = 50_000;
    private static final long MAX_TRIM_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final String ENTRY =
            "j.seq, j.time, j.kind, j.path, j.size, j.modified, j.etag, j.sha256, j.client, j.author, j.validators,"
                    + " j.violations";

    private static final Change.Type[] KINDS = {
        Change.Type.CREATED, Change.Type.UPDATED, Change.Type.DELETED, Change.Type.REJECTED
    };

    /** Entries of later kinds, written by a later version, are left out. */
    private static final String PAGE = """
            select h.trimmed, h.seq as newest, j.*
              from head h
              left join lateral (
                select %s from journal j
                  where j.seq > ? and j.seq <= ? and starts_with(j.path, ?) and j.kind between 0 and %d
                  order by j.seq %s limit ?) j on true
              order by j.seq""";

    private static final String READ = PAGE.formatted(ENTRY, KINDS.length - 1, "");
    private static final String NEWEST = PAGE.formatted(ENTRY, KINDS.length - 1, "desc");

    private final Database database;

    PostgresJournal(Database database) {
        this.database = database;
    }

    /** How a kind of change is stored. */
    static int kind(Change.Type type) {
        return List.of(KINDS).indexOf(type);
    }

    @Override
    public Head head() throws IOException {
        return database.query("select trimmed, seq from head", row -> new Head(row.getLong(1), row.getLong(2)))
                .get(0);
    }

    @Override
    public Page read(long after, long upTo, String prefix, int limit) throws IOException {
        long end = Math.min(upTo, after > Long.MAX_VALUE - MAX_EXAMINED ? upTo : after + MAX_EXAMINED);
        Found found = find(READ, after, end, prefix, limit);
        long examined = found.entries.size() < limit
                ? Math.max(after, Math.min(end, found.head.newest()))
                : found.entries.get(limit - 1).number();
        return new Page(found.entries, examined, found.head);
    }

    @Override
    public Page newest(long upTo, String prefix, int limit) throws IOException {
        long end = Math.min(upTo, head().newest());
        Found found = find(NEWEST, end - MAX_EXAMINED, end, prefix, limit);
        return new Page(found.entries, end, found.head);
    }

    /** Entries, and the ends of the journal at the same moment. */
    private record Found(List<LedgerEntry> entries, Head head) {}

    private Found find(String sql, long after, long end, String prefix, int limit) throws IOException {
        List<Head> heads = new ArrayList<>();
        List<LedgerEntry> entries = database.query(
                sql,
                row -> {
                    heads.add(new Head(row.getLong("trimmed"), row.getLong("newest")));
                    return row.getString("path") == null ? null : entry(row);
                },
                after,
                end,
                prefix,
                limit);
        entries.removeAll(Collections.singleton(null));
        return new Found(entries, heads.get(heads.size() - 1));
    }

    private static LedgerEntry entry(ResultSet row) throws SQLException {
        return new LedgerEntry(
                row.getLong("seq"),
                Instant.ofEpochMilli(row.getLong("time")),
                KINDS[row.getInt("kind")],
                new RecordVersion(
                        RecordPath.of(row.getString("path")),
                        row.getLong("size"),
                        Rows.ofNanos(row.getLong("modified")),
                        Optional.ofNullable(row.getString("etag")),
                        Optional.ofNullable(row.getString("sha256")),
                        Rows.client(row)),
                row.getString("author"),
                JsonTexts.validators(row.getString("validators")),
                JsonTexts.violations(row.getString("violations")));
    }

    @Override
    public boolean trim(Duration keepFor, long maxBytes) throws IOException {
        long end = System.nanoTime() + MAX_TRIM_NANOS;
        boolean mayTrim = database.repeat(end, "select trim_1(?, ?)", keepFor.toMillis(), maxBytes);
        boolean mayForget = database.repeat(end, "select forget_1(?)", Attempt.REMEMBERED.toMillis());
        return mayTrim || mayForget;
    }
}
