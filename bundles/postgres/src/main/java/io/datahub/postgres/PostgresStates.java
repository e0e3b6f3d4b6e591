package io.datahub.postgres;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.state.AdapterState;
import io.datahub.api.state.AdapterStates;
import io.datahub.api.state.StateChange;
import io.datahub.api.state.StateEntry;
import io.datahub.api.state.StateLimits;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The state of adapters in tables. Thread-safe. */
final class PostgresStates implements AdapterStates {

    private static final String FIND = """
            select key, value, revision, expires from state
              where adapter = ? and key = ? and coalesce(expires > coalesce(?::bigint, now_ms_1()), true)""";

    private static final String LIST = """
            select key, value, revision, expires from state
              where adapter = ? and key > ? and key >= ? and starts_with(key, ?)
                and coalesce(expires > coalesce(?::bigint, now_ms_1()), true)
              order by key limit ?""";

    private static final String UPDATE = "select * from state_1(?, ?, ?, ?, ?, ?::bigint, ?, ?, ?)";

    private static final long ANY = -1;

    private final Database database;
    private final Supplier<Optional<Instant>> clock;

    /** @param clock the time; empty for that of the database */
    PostgresStates(Database database, Supplier<Optional<Instant>> clock) {
        this.database = database;
        this.clock = clock;
    }

    @Override
    public AdapterState of(String adapter) {
        AdapterStates.requireName(adapter);
        return new State(adapter);
    }

    private Long now() {
        return clock.get().map(Instant::toEpochMilli).orElse(null);
    }

    private static StateEntry entry(ResultSet row) throws SQLException {
        return new StateEntry(
                row.getString("key"),
                row.getBytes("value"),
                row.getLong("revision"),
                Optional.ofNullable(row.getObject("expires", Long.class)).map(Instant::ofEpochMilli));
    }

    /** The state of one adapter. */
    private final class State implements AdapterState {

        private final String adapter;

        State(String adapter) {
            this.adapter = adapter;
        }

        @Override
        public Optional<StateEntry> get(String key) throws IOException {
            return database.query(FIND, PostgresStates::entry, adapter, key, now()).stream()
                    .findFirst();
        }

        @Override
        public List<StateEntry> list(String prefix, String after, int limit) throws IOException {
            return database.query(LIST, PostgresStates::entry, adapter, after, prefix, prefix, now(), limit);
        }

        @Override
        public Result<Long> update(List<StateChange> changes) throws IOException {
            StateChange.requireUpdate(changes);
            return database.change(
                            UPDATE,
                            this::result,
                            adapter,
                            changes.stream().map(StateChange::key).toArray(String[]::new),
                            changes.stream()
                                    .map(change -> change.value().orElse(null))
                                    .toArray(byte[][]::new),
                            changes.stream().map(State::expected).toArray(Long[]::new),
                            changes.stream()
                                    .map(change -> change.keepFor()
                                            .map(time -> time.toMillis())
                                            .orElse(null))
                                    .toArray(Long[]::new),
                            now(),
                            StateLimits.MAX_BYTES,
                            StateLimits.MAX_TOTAL_BYTES,
                            StateLimits.ENTRY_BYTES)
                    .get(0);
        }

        private static long expected(StateChange change) {
            return change.expectedRevision().orElse(ANY);
        }

        private Result<Long> result(ResultSet row) throws SQLException {
            String refusal = row.getString("refusal");
            if (refusal == null) {
                return Result.done(row.getLong("new_revision"));
            }
            return switch (refusal) {
                case "CHANGED" ->
                    Result.refused(
                            Reason.PRECONDITION_FAILED,
                            "the entry has another revision; read it again before changing it");
                case "ADAPTER_FULL" ->
                    Result.refused(
                            Reason.NO_ROOM,
                            "the state of " + adapter + " would be larger than " + StateLimits.MAX_BYTES
                                    + " bytes; delete entries, or keep them for a shorter time");
                default ->
                    Result.refused(
                            Reason.NO_ROOM,
                            "the state of all adapters would be larger than " + StateLimits.MAX_TOTAL_BYTES + " bytes");
            };
        }
    }
}
