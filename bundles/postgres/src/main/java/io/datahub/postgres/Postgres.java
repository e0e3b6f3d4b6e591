package io.datahub.postgres;

import io.datahub.api.cluster.SharedLedger;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.log.LogText;
import io.datahub.api.metric.MetricSource;
import io.datahub.api.secret.SecretFiles;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers the {@link SharedLedger} once the configured database has been reached and is fit for it, and looks at it
 * from time to time.
 */
@Component(
        name = "io.datahub.postgres",
        configurationPid = "io.datahub.cluster",
        service = {},
        immediate = true)
@Designate(ocd = PostgresConfiguration.class)
public final class Postgres {

    private static final Logger LOG = LoggerFactory.getLogger(Postgres.class);

    private static final int LOOK_SECONDS = 2;

    private final BundleContext context;
    private final boolean allowSingle;
    private final PGSimpleDataSource source;
    private final Database database;
    private final CommitCounts counts = new CommitCounts();
    private final LedgerMonitor monitor;
    private final String server;
    private final List<ServiceRegistration<?>> services;
    private final ScheduledExecutorService looks;

    private Optional<ServiceRegistration<?>> ledger = Optional.empty(); // guarded by this
    private boolean isStopped; // guarded by this
    private String logged = ""; // of the thread that looks

    @Activate
    public Postgres(PostgresConfiguration configuration, BundleContext context) throws IOException {
        this.context = context;
        allowSingle = configuration.allowSingle();
        server = PostgresSource.shown(configuration.ledger());
        if (configuration.ledger().isBlank()) {
            source = null;
            database = null;
            monitor = null;
            services = List.of();
            looks = null;
            return;
        }
        source = PostgresSource.create(
                configuration.ledger().strip(), new SecretFiles(configuration.secrets()), configuration.hub());
        database = new Database(source);
        monitor = new LedgerMonitor(server, database, counts);
        services = List.of(
                register(HealthCheck.class, monitor, Map.of(HealthCheck.NAME, "ledger")),
                register(MetricSource.class, monitor, Map.of(MetricSource.COMPONENT, "ledger")));
        looks = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "datahub-ledger");
            thread.setDaemon(true);
            return thread;
        });
        var unused = looks.scheduleWithFixedDelay(this::look, 0, LOOK_SECONDS, TimeUnit.SECONDS);
    }

    private <T> ServiceRegistration<T> register(Class<T> type, T service, Map<String, ?> properties) {
        return context.registerService(type, service, FrameworkUtil.asDictionary(properties));
    }

    private void look() {
        try {
            boolean isOpen = isOpen();
            if (!isOpen) {
                Migrations.apply(source);
            }
            Replication replication = Replication.check(database, allowSingle || isOpen);
            if (!isOpen) {
                open(PostgresLedger.open(database, counts, Optional::empty));
            } else if (!logged.isEmpty()) {
                LOG.info("event=ledger.reached-again server={}", LogText.quoted(server));
            }
            logged = "";
            monitor.reached(replication);
        } catch (IOException | SQLException | UnfitException | RuntimeException e) {
            String reason = String.valueOf(e.getMessage());
            monitor.failed(reason);
            if (!reason.equals(logged)) {
                LOG.error("event=ledger.failed server={} reason={}", LogText.quoted(server), LogText.quoted(reason));
                logged = reason;
            }
        }
    }

    private synchronized boolean isOpen() {
        return ledger.isPresent();
    }

    private synchronized void open(SharedLedger opened) {
        if (!isStopped) {
            ledger = Optional.of(register(SharedLedger.class, opened, Map.of()));
            LOG.info("event=ledger.opened server={} cluster={}", LogText.quoted(server), opened.id());
        }
    }

    @Deactivate
    synchronized void stop() {
        isStopped = true;
        services.forEach(ServiceRegistration::unregister);
        ledger.ifPresent(ServiceRegistration::unregister);
        if (looks != null) {
            looks.shutdownNow();
            database.close();
            LOG.info("event=ledger.closed server={}", LogText.quoted(server));
        }
    }
}
