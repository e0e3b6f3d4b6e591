package io.datahub.postgres;

import io.datahub.api.cluster.LedgerBlobs;
import io.datahub.api.cluster.LedgerDrafts;
import io.datahub.api.cluster.LedgerEvents;
import io.datahub.api.cluster.LedgerHubs;
import io.datahub.api.cluster.LedgerJournal;
import io.datahub.api.cluster.LedgerRecords;
import io.datahub.api.cluster.SharedLedger;
import io.datahub.api.state.AdapterStates;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** A ledger in a PostgreSQL database. Thread-safe. */
final class PostgresLedger implements SharedLedger {

    /** @param id of the cluster */
    private record Identity(String id, String epoch) {}

    private final Identity identity;
    private final Database database;
    private final LedgerRecords records;
    private final LedgerJournal journal;
    private final LedgerEvents events;
    private final LedgerHubs hubs;
    private final LedgerDrafts drafts;
    private final LedgerBlobs blobs;
    private final AdapterStates states;

    private PostgresLedger(
            Identity identity, Database database, CommitCounts counts, Supplier<Optional<Instant>> clock) {
        this.identity = identity;
        this.database = database;
        records = new PostgresRecords(database, counts);
        journal = new PostgresJournal(database);
        events = new PostgresEvents(database);
        hubs = new PostgresHubs(database);
        drafts = new PostgresDrafts(database);
        blobs = new PostgresBlobs(database);
        states = new PostgresStates(database, clock);
    }

    /**
     * Opens a ledger whose schema is up to date.
     *
     * @param clock the time of adapters' states; empty for that of the database
     */
    static PostgresLedger open(Database database, CommitCounts counts, Supplier<Optional<Instant>> clock)
            throws IOException {
        List<Identity> found =
                database.query("select id, epoch from head", row -> new Identity(row.getString(1), row.getString(2)));
        return new PostgresLedger(found.get(0), database, counts, clock);
    }

    /** The epoch of the journal; empty while an import isn't finished. */
    static Optional<String> epoch(Database database) throws IOException {
        return database.query(
                        "select case when importing is null then epoch end from head",
                        row -> Optional.ofNullable(row.getString(1)))
                .get(0);
    }

    @Override
    public String id() {
        return identity.id();
    }

    @Override
    public String epoch() {
        return identity.epoch();
    }

    @Override
    public Instant now() throws IOException {
        return database.query("select now_ms_1()", row -> Instant.ofEpochMilli(row.getLong(1)))
                .get(0);
    }

    @Override
    public LedgerRecords records() {
        return records;
    }

    @Override
    public LedgerJournal journal() {
        return journal;
    }

    @Override
    public LedgerEvents events() {
        return events;
    }

    @Override
    public LedgerHubs hubs() {
        return hubs;
    }

    @Override
    public LedgerDrafts drafts() {
        return drafts;
    }

    @Override
    public LedgerBlobs blobs() {
        return blobs;
    }

    @Override
    public AdapterStates states() {
        return states;
    }
}
