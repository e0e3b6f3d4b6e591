package io.datahub.postgres;

import io.datahub.api.cluster.LedgerBlobs;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The dead blobs in a table. Thread-safe. */
final class PostgresBlobs implements LedgerBlobs {

    private static final String DEAD = """
            select blob from dead where forgotten is null and since <= now_ms_1() - ?
              order by since, blob limit ?""";

    private static final String FORGET = "update dead set forgotten = now_ms_1() where blob = any (?) returning true";

    private final Database database;

    PostgresBlobs(Database database) {
        this.database = database;
    }

    @Override
    public List<String> dead(Duration minAge, int limit) throws IOException {
        return database.query(DEAD, row -> row.getString(1), minAge.toMillis(), limit);
    }

    @Override
    public Set<String> condemn(Collection<String> keys) throws IOException {
        return new HashSet<>(
                database.change("select condemn_1(?)", row -> row.getString(1), (Object) keys.toArray(String[]::new)));
    }

    @Override
    public void forget(Collection<String> keys) throws IOException {
        database.change(FORGET, row -> true, (Object) keys.toArray(String[]::new));
    }
}
