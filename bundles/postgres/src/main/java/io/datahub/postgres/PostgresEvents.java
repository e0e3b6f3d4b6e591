package io.datahub.postgres;

import io.datahub.api.cluster.Attempt;
import io.datahub.api.cluster.LedgerEvent;
import io.datahub.api.cluster.LedgerEvents;
import io.datahub.api.cluster.NewLedgerEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The events of kept topics in tables. Thread-safe. */
final class PostgresEvents implements LedgerEvents {

    private static final int MAX_EXAMINED = 50_000;

    /** How many times as many numbers are looked at for the newest events of topics next, if there were too few. */
    private static final int GROWTH = 8;

    private static final long MAX_TRIM_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** How long events that no rule keeps are there for other hubs to deliver. */
    private static final Duration IN_TRANSIT = Duration.ofMinutes(10);

    private static final String APPEND = "select * from keep_2(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

    /** Total is the number of bytes that are read with an event and those before it in the page. */
    private static final String PAGE = """
            select h.seq as newest, k.* from head h
              left join lateral (
                select *, sum(coalesce(octet_length(event), 0)) over (order by seq %1$s) as total from (
                  select seq, rule, topic, author, received, length, event, blob, writer, batch, item from kept
                    where seq > ? and seq <= ? and exists (select from unnest(?) p where starts_with(topic, p))
                    order by seq %1$s limit ?) candidate) k on true
              order by k.seq %1$s""";

    private static final String READ = PAGE.formatted("");
    private static final String NEWEST = PAGE.formatted("desc");

    private static final String LAST = """
            select seq, rule, topic, author, received, length, event, blob, writer, batch, item from last_event
              where pk > key_1(?) and pk >= left(?, 300) and pk < left(?, 300) || U&'\\+10FFFF' and starts_with(topic, ?)
              order by pk limit ?""";

    private static final String RULES = "select rule, trimmed, events, bytes from kept_rule";

    private final Database database;

    PostgresEvents(Database database) {
        this.database = database;
    }

    @Override
    public List<Appended> append(UUID writer, long batch, List<NewLedgerEvent> events) throws IOException {
        if (events.isEmpty() || events.size() > MAX_EVENTS) {
            throw new IllegalArgumentException("a batch has 1 to " + MAX_EVENTS + " events, not " + events.size());
        }
        return database.change(
                APPEND,
                row -> new Appended(row.getLong(1), row.getBoolean(2)),
                writer,
                batch,
                texts(events, event -> event.rule().orElse(null)),
                texts(events, NewLedgerEvent::topic),
                texts(events, NewLedgerEvent::user),
                numbers(events, event -> event.received().toEpochMilli()),
                numbers(events, event -> (long) event.content().length()),
                events.stream().map(PostgresEvents::inline).toArray(byte[][]::new),
                texts(events, event -> event.content().blob().orElse(null)),
                numbers(events, event -> (long) newest(event.newest())),
                texts(
                        events,
                        event -> event.identity()
                                .map(NewLedgerEvent.Identity::key)
                                .orElse(null)),
                numbers(
                        events,
                        event -> event.identity()
                                .map(identity -> identity.recognizedFor().toMillis())
                                .orElse(null)));
    }

    private static String[] texts(List<NewLedgerEvent> events, Function<NewLedgerEvent, String> value) {
        return events.stream().map(value).toArray(String[]::new);
    }

    private static Long[] numbers(List<NewLedgerEvent> events, Function<NewLedgerEvent, Long> value) {
        return events.stream().map(value).toArray(Long[]::new);
    }

    /** The bytes that are stored in the ledger; null if they are in a blob. */
    private static byte[] inline(NewLedgerEvent event) {
        if (event.content().blob().isPresent()) {
            return null;
        }
        ByteBuffer source = event.content().inline().duplicate();
        byte[] bytes = new byte[source.remaining()];
        source.get(bytes);
        return bytes;
    }

    private static int newest(NewLedgerEvent.Newest newest) {
        return switch (newest) {
            case UNCHANGED -> 0;
            case REPLACED -> 1;
            case REMOVED -> 2;
        };
    }

    /** Events that fit into a page, in the order of the query. */
    private record Found(List<LedgerEvent> events, boolean isCut, long newest) {}

    private Found find(String sql, long after, long upTo, Collection<String> prefixes, int limit, int maxBytes)
            throws IOException {
        List<LedgerEvent> events = new ArrayList<>();
        boolean[] isCut = new boolean[1];
        List<Long> newest = database.query(
                sql,
                row -> {
                    if (row.getString("topic") != null) {
                        if (events.isEmpty() || row.getLong("total") <= maxBytes) {
                            events.add(event(row));
                        } else {
                            isCut[0] = true;
                        }
                    }
                    return row.getLong("newest");
                },
                after,
                upTo,
                prefixes.toArray(String[]::new),
                limit);
        return new Found(events, isCut[0] || events.size() == limit, newest.get(0));
    }

    @Override
    public Page read(long after, long upTo, Collection<String> prefixes, int limit, int maxBytes) throws IOException {
        long end = Math.min(upTo, after > Long.MAX_VALUE - MAX_EXAMINED ? upTo : after + MAX_EXAMINED);
        Found found = find(READ, after, end, prefixes, limit, maxBytes);
        return new Page(
                found.events,
                found.isCut
                        ? found.events.get(found.events.size() - 1).number()
                        : Math.max(after, Math.min(end, found.newest)));
    }

    @Override
    public List<LedgerEvent> newest(long upTo, Collection<String> prefixes, int limit, int maxBytes)
            throws IOException {
        long end = Math.min(
                upTo,
                database.query("select seq from head", row -> row.getLong(1)).get(0));
        List<LedgerEvent> newest = new ArrayList<>();
        long bytes = 0;
        boolean isDone = false;
        for (long examined = MAX_EXAMINED; end > 0 && !isDone; examined *= GROWTH) {
            Found found = find(NEWEST, end - examined, end, prefixes, limit - newest.size(), maxBytes);
            isDone = found.isCut;
            for (LedgerEvent event : found.events) {
                bytes +=
                        event.content().blob().isPresent() ? 0 : event.content().length();
                if (bytes > maxBytes && !newest.isEmpty()) {
                    isDone = true;
                    break;
                }
                newest.add(event);
            }
            end -= examined;
        }
        Collections.reverse(newest);
        return newest;
    }

    private static LedgerEvent event(ResultSet row) throws SQLException {
        String blob = row.getString("blob");
        return new LedgerEvent(
                row.getLong("seq"),
                row.getString("topic"),
                row.getString("author"),
                Instant.ofEpochMilli(row.getLong("received")),
                Optional.ofNullable(row.getString("rule")),
                new LedgerEvent.Origin(row.getObject("writer", UUID.class), row.getLong("batch"), row.getInt("item")),
                blob == null
                        ? LedgerEvent.Content.of(ByteBuffer.wrap(row.getBytes("event")))
                        : LedgerEvent.Content.in(blob, row.getInt("length")));
    }

    @Override
    public Map<String, Kept> rules() throws IOException {
        Map<String, Kept> rules = new HashMap<>();
        database.query(
                RULES, row -> rules.put(row.getString(1), new Kept(row.getLong(2), row.getLong(3), row.getLong(4))));
        return rules;
    }

    @Override
    public List<LedgerEvent> last(String prefix, String after, int limit) throws IOException {
        return database.query(LAST, PostgresEvents::event, after, prefix, prefix, prefix, limit);
    }

    @Override
    public boolean trim(Map<String, Bounds> keep, Map<String, LastBounds> last) throws IOException {
        long end = System.nanoTime() + MAX_TRIM_NANOS;
        boolean more = database.repeat(
                end, "select forget_kept_2(?, ?)", Attempt.REMEMBERED.toMillis(), IN_TRANSIT.toMillis());
        for (Map.Entry<String, Bounds> rule : keep.entrySet()) {
            Bounds bounds = rule.getValue();
            more |= database.repeat(
                    end,
                    "select trim_kept_4(?, ?, ?)",
                    rule.getKey(),
                    bounds.age().toMillis(),
                    bounds.maxBytes());
        }
        more |= database.repeat(
                end, "select trim_removed_4(?)", (Object) keep.keySet().toArray(String[]::new));
        for (Map.Entry<String, LastBounds> rule : last.entrySet()) {
            String prefix = rule.getKey();
            LastBounds bounds = rule.getValue();
            String[] longer = last.keySet().stream()
                    .filter(other -> other.length() > prefix.length() && other.startsWith(prefix))
                    .toArray(String[]::new);
            Optional<Long> beyond = database.query(
                            "select last_beyond_6(?, ?, ?, ?)",
                            PostgresEvents::number,
                            prefix,
                            longer,
                            bounds.topics(),
                            bounds.maxBytes())
                    .get(0);
            if (beyond.isPresent()) {
                more |= trimLast(end, prefix, longer, beyond.get());
            }
        }
        return more;
    }

    /** Deletes newest events up to a number; returns whether time was up before. */
    private boolean trimLast(long end, String prefix, String[] longer, long upTo) throws IOException {
        Optional<Long> after = Optional.of(0L);
        do {
            after = database.change(
                            "select trim_last_6(?, ?, ?, ?)", PostgresEvents::number, prefix, longer, after.get(), upTo)
                    .get(0);
        } while (after.isPresent() && System.nanoTime() < end);
        return after.isPresent();
    }

    private static Optional<Long> number(ResultSet row) throws SQLException {
        long number = row.getLong(1);
        return row.wasNull() ? Optional.empty() : Optional.of(number);
    }

    @Override
    public void useLast(Collection<String> prefixes) throws IOException {
        database.change("select use_last_6(?)", row -> true, (Object) prefixes.toArray(String[]::new));
    }

    @Override
    public boolean forgetLast(Duration unused) throws IOException {
        long end = System.nanoTime() + MAX_TRIM_NANOS;
        return database.repeat(end, "select forget_last_6(?)", unused.toMillis());
    }
}
