package io.datahub.postgres;

import io.datahub.api.cluster.SharedLedger;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.log.LogText;
import io.datahub.api.metric.MetricSource;
import io.datahub.api.secret.SecretFiles;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers the {@link SharedLedger} if the configuration of the cluster names a database. Declarative Services can't make
 * a service depend on whether it was reached, so this does that itself.
 */
@Component(
        name = "io.datahub.postgres",
        configurationPid = "io.datahub.cluster",
        service = {},
        immediate = true)
@Capability(
        namespace = "osgi.service",
        attribute = {
            "objectClass:List<String>=\"io.datahub.api.cluster.SharedLedger,io.datahub.api.cluster.LedgerTransfer\""
        })
@Designate(ocd = PostgresConfiguration.class)
public final class Postgres {

    private static final Logger LOG = LoggerFactory.getLogger(Postgres.class);

    private static final int LOOK_SECONDS = 2;

    private final String server;
    private final LedgerServices services;
    private final Optional<Database> database;
    private final ScheduledExecutorService looks;

    @Activate
    public Postgres(PostgresConfiguration configuration, BundleContext context) throws IOException {
        server = PostgresSource.shown(configuration.ledger());
        services = new LedgerServices(context);
        looks = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "datahub-ledger");
            thread.setDaemon(true);
            return thread;
        });
        database = configuration.ledger().isBlank() ? Optional.empty() : Optional.of(open(configuration));
    }

    private Database open(PostgresConfiguration configuration) throws IOException {
        PGSimpleDataSource source = PostgresSource.create(
                configuration.ledger().strip(), new SecretFiles(configuration.secrets()), configuration.hub());
        Database opened = new Database(source);
        CommitCounts counts = new CommitCounts();
        LedgerMonitor monitor = new LedgerMonitor(server, opened, configuration.allowSingle(), counts);
        services.register(HealthCheck.class, monitor, Map.of(HealthCheck.NAME, "ledger"));
        services.register(MetricSource.class, monitor, Map.of(MetricSource.COMPONENT, "ledger"));
        Runnable opener =
                new LedgerOpener(source, opened, server, configuration.allowSingle(), counts, monitor, services);
        var unused = looks.scheduleWithFixedDelay(opener, 0, LOOK_SECONDS, TimeUnit.SECONDS);
        return opened;
    }

    @Deactivate
    void stop() {
        services.stop();
        looks.shutdownNow();
        database.ifPresent(opened -> {
            opened.close();
            LOG.info("event=ledger.closed server={}", LogText.quoted(server));
        });
    }
}
