package io.datahub.postgres;

import io.datahub.api.cluster.LedgerHub;
import io.datahub.api.cluster.LedgerHubs;
import java.io.IOException;
import java.util.List;
import java.util.UUID;

/** The hubs in a table. Thread-safe. */
final class PostgresHubs implements LedgerHubs {

    private static final String CONFIRM = """
            insert into hub values (?, ?, ?, ?, now_ms_1())
              on conflict (instance) do update
              set name = excluded.name, address = excluded.address, tail = excluded.tail, seen = excluded.seen
              returning true""";

    private static final String LIST = """
            select instance, name, address, tail, greatest(0, now_ms_1() - seen) as ago from hub
              where seen > now_ms_1() - 86400000 order by name, instance""";

    private final Database database;

    PostgresHubs(Database database) {
        this.database = database;
    }

    @Override
    public void confirm(LedgerHub hub) throws IOException {
        database.change(CONFIRM, row -> true, hub.instance(), hub.name(), hub.address(), hub.tail());
    }

    @Override
    public List<Seen> list() throws IOException {
        return database.query(
                LIST,
                row -> new Seen(
                        new LedgerHub(
                                row.getString("name"),
                                row.getObject("instance", UUID.class),
                                row.getString("address"),
                                row.getLong("tail")),
                        row.getLong("ago")));
    }
}
