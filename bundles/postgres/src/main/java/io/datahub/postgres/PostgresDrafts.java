package io.datahub.postgres;

import io.datahub.api.cluster.LedgerDraft;
import io.datahub.api.cluster.LedgerDrafts;
import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Unfinished uploads in tables. Thread-safe. */
final class PostgresDrafts implements LedgerDrafts {

    private static final String DRAFT = """
            d.name, d.owner, d.path, d.length, d.size, d.etag, d.notes, d.state, d.generation, d.expires, d.committed,
              array(select p.blob from draft_part p where p.draft = d.name order by p.number) as blobs,
              array(select p.length from draft_part p where p.draft = d.name order by p.number) as lengths""";

    private static final String GET = "select " + DRAFT + " from draft d where d.name = ?";

    private static final String FIND = GET + " and d.expires > now_ms_1()";

    private static final String TAKE_OVER =
            "update draft d set generation = d.generation + 1 where d.name = ? returning " + DRAFT;

    private static final String STORE = "select draft_1(?, ?, ?, ?::bigint, ?, ?, ?, ?, ?, ?, ?, ?) as expires";

    private static final String LIVE = " from draft d where d.owner = ? and not d.committed and d.expires > now_ms_1()";

    private static final String LIST =
            "select " + DRAFT + LIVE + " and (? = '' or d.path = ? or starts_with(d.path, ?)) order by d.expires desc";

    private static final String EXPIRED =
            "select " + DRAFT + " from draft d where d.expires <= now_ms_1() order by d.expires limit ?";

    private static final long NEW = 0;
    private static final long FIRST = 1;

    private final Database database;

    PostgresDrafts(Database database) {
        this.database = database;
    }

    @Override
    public LedgerDraft create(LedgerDraft draft, Duration keepFor) throws IOException {
        return store(draft, NEW, keepFor)
                .map(expires -> with(draft, FIRST, expires))
                .orElseThrow();
    }

    @Override
    public Optional<LedgerDraft> update(LedgerDraft draft, Duration keepFor) throws IOException {
        return store(draft, draft.generation(), keepFor).map(expires -> with(draft, draft.generation(), expires));
    }

    /** Stores a draft; returns when it expires. */
    private Optional<Instant> store(LedgerDraft draft, long generation, Duration keepFor) throws IOException {
        return database.change(
                        STORE,
                        row -> Optional.ofNullable(row.getObject("expires", Long.class))
                                .map(Instant::ofEpochMilli),
                        draft.name(),
                        draft.user(),
                        draft.path().toString(),
                        draft.length().isPresent() ? draft.length().getAsLong() : null,
                        draft.size(),
                        draft.etag(),
                        JsonTexts.ofMap(draft.notes()),
                        JsonTexts.ofMap(draft.state()),
                        generation,
                        draft.parts().stream().map(LedgerDraft.Part::blob).toArray(String[]::new),
                        draft.parts().stream().map(LedgerDraft.Part::length).toArray(Long[]::new),
                        keepFor.toMillis())
                .get(0);
    }

    private static LedgerDraft with(LedgerDraft draft, long generation, Instant expires) {
        return new LedgerDraft(
                draft.name(),
                draft.user(),
                draft.path(),
                draft.length(),
                draft.size(),
                draft.etag(),
                draft.notes(),
                draft.state(),
                draft.parts(),
                generation,
                expires,
                draft.committed());
    }

    private static LedgerDraft draft(ResultSet row) throws SQLException {
        Long length = row.getObject("length", Long.class);
        String[] blobs = (String[]) row.getArray("blobs").getArray();
        Long[] lengths = (Long[]) row.getArray("lengths").getArray();
        List<LedgerDraft.Part> parts = new ArrayList<>();
        for (int i = 0; i < blobs.length; i++) {
            parts.add(new LedgerDraft.Part(blobs[i], lengths[i]));
        }
        return new LedgerDraft(
                row.getString("name"),
                row.getString("owner"),
                RecordPath.of(row.getString("path")),
                length == null ? OptionalLong.empty() : OptionalLong.of(length),
                row.getLong("size"),
                row.getString("etag"),
                JsonTexts.map(row.getString("notes")),
                JsonTexts.map(row.getString("state")),
                parts,
                row.getLong("generation"),
                Instant.ofEpochMilli(row.getLong("expires")),
                row.getBoolean("committed"));
    }

    @Override
    public Optional<LedgerDraft> find(String name) throws IOException {
        return database.query(FIND, PostgresDrafts::draft, name).stream().findFirst();
    }

    @Override
    public Optional<LedgerDraft> takeOver(String name) throws IOException {
        return database.change(TAKE_OVER, PostgresDrafts::draft, name).stream().findFirst();
    }

    @Override
    public Optional<LedgerDraft> delete(String name) throws IOException {
        Optional<LedgerDraft> found =
                database.query(GET, PostgresDrafts::draft, name).stream().findFirst();
        if (found.isPresent()) {
            database.change("select delete_draft_1(?)", row -> true, name);
        }
        return found;
    }

    @Override
    public boolean deleteExpired(String name) throws IOException {
        return database.change("select delete_expired_draft_1(?)", row -> row.getBoolean(1), name)
                .get(0);
    }

    @Override
    public List<LedgerDraft> list(String user, RecordPath path) throws IOException {
        return database.query(LIST, PostgresDrafts::draft, user, path.toString(), path.toString(), path + "/");
    }

    @Override
    public int count(String user) throws IOException {
        return database.query("select count(*)" + LIVE, row -> row.getInt(1), user)
                .get(0);
    }

    @Override
    public List<LedgerDraft> expired(int limit) throws IOException {
        return database.query(EXPIRED, PostgresDrafts::draft, limit);
    }
}
