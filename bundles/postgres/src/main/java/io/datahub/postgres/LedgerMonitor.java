package io.datahub.postgres;

import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import java.util.concurrent.atomic.LongAdder;

/** Health and metrics of the ledger, as of the latest look at it. Thread-safe. */
final class LedgerMonitor implements HealthCheck, MetricSource {

    private final String server;
    private final Database database;
    private final boolean allowSingle;
    private final CommitCounts counts;
    private final LongAdder failures = new LongAdder();
    private volatile Health health = Health.down("the ledger hasn't been reached yet");
    private volatile Replication replication;

    LedgerMonitor(String server, Database database, boolean allowSingle, CommitCounts counts) {
        this.server = server;
        this.database = database;
        this.allowSingle = allowSingle;
        this.counts = counts;
    }

    void reached(Replication now) {
        replication = now;
        if (!now.required() && !allowSingle) {
            health = Health.degraded("reached at " + server + ", which has no synchronous_standby_names any more, so"
                    + " acknowledged changes would be lost with its machine; set it, as on the servers before");
        } else if (!now.required()) {
            health = Health.ready("reached at " + server + ", without a synchronous standby");
        } else if (now.standbys().orElse(1) == 0) {
            health = Health.down(
                    "reached at " + server + ", but no synchronous standby is connected, so nothing can be committed");
        } else if (now.standbys().orElse(2) == 1) {
            health = Health.ready("reached at " + server + ", one synchronous standby");
        } else {
            health = Health.ready("reached at " + server);
        }
    }

    /** The server couldn't be reached, or failed. */
    void failed(String reason) {
        unfit(reason + "; check the servers, the network, and the keys ledger and secrets of io.datahub.cluster.cfg");
    }

    /** @param reason cause and remedy */
    void unfit(String reason) {
        failures.increment();
        health = Health.down("the ledger at " + server + " can't be used: " + reason);
    }

    @Override
    public Health check() {
        return health;
    }

    @Override
    public void report(MetricReport report) {
        report.gauge("datahub_ledger_up", "Whether the ledger could be reached", health.ready() ? 1 : 0);
        report.counter("datahub_ledger_failures_total", "Looks at the ledger that failed", failures.sum());
        Replication now = replication;
        if (now != null && now.standbys().isPresent()) {
            report.gauge(
                    "datahub_ledger_standbys",
                    "Number of connected standbys that commits may wait for",
                    now.standbys().getAsInt());
        }
        report(report, database.readers(), "read");
        report(report, database.writers(), "write");
        counts.report(report);
    }

    private static void report(MetricReport report, Connections connections, String use) {
        String name = "datahub_ledger_connections";
        String help = "Connections to the ledger, by use and state";
        report.gauge(name, help, connections.busy(), "use", use, "state", "busy");
        report.gauge(name, help, connections.idle(), "use", use, "state", "idle");
    }
}
