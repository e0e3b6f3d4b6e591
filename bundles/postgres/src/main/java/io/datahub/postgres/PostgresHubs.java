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
              returning (select seq from head)""";

    private static final String LIST = """
            select instance, name, address, tail, greatest(0, now_ms_1() - seen) as ago from hub
              where seen > now_ms_1() - 86400000 order by name, instance""";

    private final Database database;

    PostgresHubs(Database database) {
        this.database = database;
    }

    @Override
    public long confirm(LedgerHub hub) throws IOException {
        long newest = database.change(
                        CONFIRM, row -> row.getLong(1), hub.instance(), hub.name(), hub.address(), hub.tail())
                .get(0);
        if (newest < hub.tail()) {
            throw new IOException("the ledger ends at entry " + newest + ", but this hub has read entry " + hub.tail()
                    + ": it is another server's, or was restored from a backup; restart the hub in that case");
        }
        return newest;
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
