package io.datahub.postgres;

import io.datahub.api.log.FailureText;
import io.datahub.api.log.LogText;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the ledger once its database has been reached and is fit for it, and looks at it again and again. */
final class LedgerOpener implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(LedgerOpener.class);

    private final PGSimpleDataSource source;
    private final Database database;
    private final String server;
    private final boolean allowSingle;
    private final CommitCounts counts;
    private final LedgerMonitor monitor;
    private final LedgerServices services;
    private final PostgresTransfer transfer;
    private String logged = "";

    LedgerOpener(
            PGSimpleDataSource source,
            Database database,
            String server,
            boolean allowSingle,
            CommitCounts counts,
            LedgerMonitor monitor,
            LedgerServices services) {
        this.source = source;
        this.database = database;
        this.server = server;
        this.allowSingle = allowSingle;
        this.counts = counts;
        this.monitor = monitor;
        this.services = services;
        transfer = new PostgresTransfer(database);
    }

    @Override
    public void run() {
        try {
            monitor.reached(look());
            if (!logged.isEmpty()) {
                LOG.info("event=ledger.reached-again server={}", LogText.quoted(server));
                logged = "";
            }
        } catch (UnfitException e) {
            monitor.unfit(e.getMessage());
            log(e.getMessage());
        } catch (IOException | SQLException | RuntimeException e) {
            monitor.failed(FailureText.of(e));
            log(String.valueOf(e.getMessage()));
        }
    }

    private void log(String reason) {
        if (!reason.equals(logged)) {
            LOG.error("event=ledger.failed server={} reason={}", LogText.quoted(server), LogText.quoted(reason));
            logged = reason;
        }
    }

    private Replication look() throws IOException, SQLException, UnfitException {
        Optional<String> open = services.epoch();
        if (open.isEmpty()) {
            Migrations.apply(source);
        }
        Replication replication = Replication.check(database, allowSingle || open.isPresent());
        services.registerTransfer(transfer);
        Optional<String> epoch = PostgresLedger.epoch(database);
        if (!epoch.equals(open)) { // for the first time, or after an import
            services.unregisterLedger();
            if (epoch.isEmpty()) {
                throw new UnfitException("an import into the ledger isn't finished; import again to go on with it");
            }
            PostgresLedger ledger = PostgresLedger.open(database, counts, Optional::empty);
            services.registerLedger(ledger);
            LOG.info("event=ledger.opened server={} cluster={}", LogText.quoted(server), ledger.id());
        }
        return replication;
    }
}
