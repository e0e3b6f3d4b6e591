package io.datahub.postgres;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Whether what is committed survives its machine.
 *
 * @param required whether a commit waits for a standby
 * @param standbys how many standbys a commit may wait for are connected; empty if the user of the database may not see
 *     that
 */
record Replication(boolean required, OptionalInt standbys) {

    private static final String STATE = """
            select current_setting('synchronous_standby_names') <> '' as required,
                (select case when count(*) = count(sync_state) then count(*) filter (where sync_state <> 'async') end
                  from pg_stat_replication) as standbys,
                current_setting('server_encoding') as encoding, current_setting('fsync') = 'on' as flushed""";

    /** Refuses a database that may lose what it has acknowledged, or that orders names in another way. */
    static Replication check(Database database, boolean allowSingle) throws IOException, UnfitException {
        List<String> faults = new ArrayList<>();
        List<Replication> found = database.query(STATE, row -> {
            boolean required = row.getBoolean("required");
            if (!required && !allowSingle) {
                faults.add("the database has no synchronous_standby_names, so acknowledged changes would be lost with"
                        + " its machine; set it, or allowSingle = true for a database without a standby");
            }
            if (!row.getBoolean("flushed") && !allowSingle) {
                faults.add("the database has fsync = off, so acknowledged changes could be lost; set it to on");
            }
            if (!"UTF8".equals(row.getString("encoding"))) {
                faults.add("the database must have the encoding UTF8; create it with ENCODING 'UTF8'");
            }
            Long standbys = row.getObject("standbys", Long.class);
            return new Replication(
                    required, standbys == null ? OptionalInt.empty() : OptionalInt.of(standbys.intValue()));
        });
        if (!faults.isEmpty()) {
            throw new UnfitException(faults.get(0));
        }
        return found.get(0);
    }
}
