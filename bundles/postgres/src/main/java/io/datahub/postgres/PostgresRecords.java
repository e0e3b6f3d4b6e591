package io.datahub.postgres;

import io.datahub.api.cluster.Attempt;
import io.datahub.api.cluster.LedgerDirectory;
import io.datahub.api.cluster.LedgerListing;
import io.datahub.api.cluster.LedgerRecord;
import io.datahub.api.cluster.LedgerRecords;
import io.datahub.api.cluster.Lookup;
import io.datahub.api.cluster.Outcome;
import io.datahub.api.cluster.UnknownFateException;
import io.datahub.api.cluster.Usage;
import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Records and directories in tables. Thread-safe. */
final class PostgresRecords implements LedgerRecords {

    private static final int COMMIT_MILLIS = 8_000;

    private static final String COMMIT = "select * from commit_1(?::jsonb)";

    /** After more entries that may be undone, whatever is missing counts as deleted by the newest of them. */
    private static final int MAX_UNCONFIRMED = 100;

    /**
     * Each path is a range of one row in two unique indexes. The server keeps the plan of a statement only if it expects it
     * to cost no more for parameters that it doesn't know: so the number of rows is in the statement, and limits are.
     */
    private static final String FIND = """
            select q.p, q.n, r.*, d.*,
                case when r.etag is null then (
                  select case when count(*) = %d then max(j.seq)
                      else max(j.seq) filter (where j.path = case when q.p = '' then q.n else q.p || '/' || q.n end) end
                    from (select seq, path from journal where seq > ? order by seq desc limit %1$d) j)
                else r.seq end as number
              from %%s q(p, n)
              left join lateral (
                select %s from stored_record r where r.pk = key_1(q.p) and r.name = q.n limit 1) r on true
              left join lateral (
                select d.modified as changed, d.made from directory d
                  where r.etag is null and d.pk = key_1(q.p) and d.name = q.n limit 1) d on true""".formatted(MAX_UNCONFIRMED, Rows.RECORD);

    /** For up to so many paths, there is a statement for each number of them. */
    private static final int MAX_VALUES = 12;

    private static final String FIND_MANY = FIND.formatted("unnest(?, ?)");

    private static final List<String> FIND_FEW = IntStream.rangeClosed(1, MAX_VALUES)
            .mapToObj(count -> FIND.formatted("(values (?::text, ?::text)" + ", (?, ?)".repeat(count - 1) + ")"))
            .toList();

    private static final String LIST = """
            select h.seq as head, s.modified as changed, s.made, e.*
              from head h
              left join directory s on s.pk = key_1(?) and s.name = ?
              left join lateral (
                (select r.name, %s from stored_record r
                   where r.pk = key_1(?) and r.name > ? order by r.name limit ?)
                union all
                (select d.name, null, null, null, null, null, d.modified, null, null from directory d
                   where d.pk = key_1(?) and d.name > ? order by d.name limit ?)
                order by name limit ?) e on s.name is not null
              order by e.name""".formatted(Rows.RECORD);

    /** All in the directory itself, and then all further below it: two ranges of the key. */
    private static final String BELOW = """
            (select r.parent, r.name, %1$s from %2$s r
               where r.pk = key_1(?) and (r.pk, r.name) > (key_1(?), ?) and r.name <> ''
               order by r.pk, r.name limit ?)
            union all
            (select r.parent, r.name, %1$s from %2$s r
               where r.pk > ? and r.pk < ? and starts_with(r.parent, ?) and (r.pk, r.name) > (key_1(?), ?)
               order by r.pk, r.name limit ?)
            limit ?""";

    private static final String RECORDS_BELOW = BELOW.formatted(Rows.RECORD, "stored_record");
    private static final String DIRECTORIES_BELOW = BELOW.formatted("r.modified as changed, r.made", "directory");

    /** The number of characters that the keys of all directories below a long one have in common, at least. */
    private static final int COMMON = 340;

    /** After every path. */
    private static final String END = "\udbff\udfff";

    private final Database database;
    private final CommitCounts counts;

    PostgresRecords(Database database, CommitCounts counts) {
        this.database = database;
        this.counts = counts;
    }

    @Override
    public List<Outcome> commit(List<Attempt> attempts) throws IOException {
        if (attempts.isEmpty() || attempts.size() > MAX_ATTEMPTS) {
            throw new IllegalArgumentException("a call has 1 to " + MAX_ATTEMPTS + " attempts, not " + attempts.size());
        }
        int operations = attempts.stream()
                .mapToInt(attempt -> attempt.operations().size())
                .sum();
        long began = System.nanoTime();
        try {
            List<Outcome> outcomes = new ArrayList<>();
            database.change(
                    COMMIT_MILLIS + 2 * operations,
                    COMMIT,
                    row -> outcomes.add(outcome(row, attempts.get(outcomes.size()))),
                    BatchWriter.write(attempts));
            counts.decided(outcomes, began);
            return outcomes;
        } catch (UnknownFateException e) {
            counts.unknown();
            throw e;
        }
    }

    private static Outcome outcome(ResultSet row, Attempt attempt) throws SQLException {
        String refusal = row.getString("refusal");
        if (refusal == null) {
            return new Outcome.Committed(
                    row.getLong("first"),
                    row.getInt("entries"),
                    Instant.ofEpochMilli(row.getLong("ts")),
                    row.getBoolean("changed"));
        }
        String parent = row.getString("parent");
        RecordPath path = parent == null ? RecordPath.ROOT : Rows.path(parent, row.getString("name"));
        return new Outcome.Refused(
                Outcome.Kind.valueOf(refusal),
                path,
                Rows.record(row, path),
                refusal.equals(Outcome.Kind.LIMIT.name())
                        ? Optional.of(attempt.limits().get(row.getInt("limit_no")))
                        : Optional.empty());
    }

    @Override
    public Map<RecordPath, Lookup> find(Collection<RecordPath> paths, long confirmed) throws IOException {
        Map<RecordPath, Lookup> found = new HashMap<>();
        Database.Row<Lookup> reader = row -> {
            RecordPath path = Rows.path(row.getString("p"), row.getString("n"));
            return found.put(path, new Lookup(Rows.record(row, path), directory(row, path), row.getLong("number")));
        };
        if (paths.size() > MAX_VALUES) {
            String[] parents =
                    paths.stream().map(path -> path.parent().toString()).toArray(String[]::new);
            String[] names = paths.stream().map(RecordPath::name).toArray(String[]::new);
            database.query(FIND_MANY, reader, confirmed, parents, names);
        } else if (!paths.isEmpty()) {
            Stream<Object> values =
                    paths.stream().flatMap(path -> Stream.of(path.parent().toString(), path.name()));
            database.query(
                    FIND_FEW.get(paths.size() - 1),
                    reader,
                    Stream.concat(Stream.of(confirmed), values).toArray());
        }
        return found;
    }

    private static Optional<LedgerDirectory> directory(ResultSet row, RecordPath path) throws SQLException {
        long changed = row.getLong("changed");
        return row.wasNull()
                ? Optional.empty()
                : Optional.of(new LedgerDirectory(path, Instant.ofEpochMilli(changed), row.getBoolean("made")));
    }

    @Override
    public LedgerListing list(RecordPath directory, String after, int limit) throws IOException {
        String path = directory.toString();
        List<LedgerListing> pages = database.query(
                LIST,
                row -> page(row, directory, limit),
                directory.parent().toString(),
                directory.name(),
                path,
                after,
                limit + 1,
                path,
                after,
                limit + 1,
                limit + 1);
        return pages.get(0);
    }

    /** Reads this row and all that follow. */
    private static LedgerListing page(ResultSet row, RecordPath directory, int limit) throws SQLException {
        Optional<LedgerDirectory> self = directory(row, directory);
        long head = row.getLong("head");
        List<LedgerListing.Entry> entries = new ArrayList<>();
        boolean more = false;
        do {
            String name = row.getString("name");
            if (name != null && entries.size() < limit) {
                Optional<LedgerRecord> record =
                        Rows.record(row, directory.child(name).get());
                Instant modified =
                        record.isPresent() ? record.get().modified() : Instant.ofEpochMilli(row.getLong("modified"));
                entries.add(new LedgerListing.Entry(name, record, modified));
            } else {
                more = name != null;
            }
        } while (row.next());
        return new LedgerListing(self, entries, more, head);
    }

    @Override
    public List<LedgerRecord> recordsBelow(RecordPath directory, RecordPath after, int limit) throws IOException {
        return below(
                RECORDS_BELOW,
                row -> Rows.record(row, Rows.path(row.getString("parent"), row.getString("name")))
                        .orElseThrow(),
                directory,
                after,
                limit);
    }

    @Override
    public long count() throws IOException {
        return database.query("select count(*) from stored_record", row -> row.getLong(1))
                .get(0);
    }

    @Override
    public List<LedgerDirectory> directoriesBelow(RecordPath directory, RecordPath after, int limit)
            throws IOException {
        return below(
                DIRECTORIES_BELOW,
                row -> directory(row, Rows.path(row.getString("parent"), row.getString("name")))
                        .orElseThrow(),
                directory,
                after,
                limit);
    }

    private <T> List<T> below(String sql, Database.Row<T> row, RecordPath directory, RecordPath after, int limit)
            throws IOException {
        String path = directory.toString();
        String parent = after.parent().toString();
        String below = directory.isRoot() ? "" : path + "/";
        boolean isShort = path.codePointCount(0, path.length()) < COMMON;
        String begin = isShort ? below : path.substring(0, path.offsetByCodePoints(0, COMMON));
        String end = isShort && !directory.isRoot() ? path + "0" : begin + END; // 0 is the character after the slash
        return database.query(
                sql, row, path, parent, after.name(), limit, begin, end, below, parent, after.name(), limit, limit);
    }

    @Override
    public void measure(Collection<Usage.Subject> subjects) throws IOException {
        String[] prefixes = subjects.stream()
                .filter(Usage.Prefix.class::isInstance)
                .map(BatchWriter::text)
                .distinct()
                .toArray(String[]::new);
        boolean owners = subjects.stream().anyMatch(Usage.Owner.class::isInstance);
        database.change("select measure_1(?, ?)", row -> true, prefixes, owners);
    }

    @Override
    public Map<Usage.Subject, Usage> usage(Collection<Usage.Subject> subjects) throws IOException {
        Map<Usage.Subject, Usage> found = new HashMap<>();
        for (Usage.Subject subject : subjects) {
            found.put(subject, Usage.NONE);
            database.query(
                    "select bytes, files from usage where kind = ? and subject = ?",
                    row -> found.put(subject, new Usage(row.getLong(1), row.getLong(2))),
                    BatchWriter.kind(subject),
                    BatchWriter.text(subject));
        }
        return found;
    }
}
