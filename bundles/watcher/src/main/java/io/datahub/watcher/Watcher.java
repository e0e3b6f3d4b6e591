package io.datahub.watcher;

import io.datahub.api.Home;
import io.datahub.api.disk.DiskRecords;
import io.datahub.api.disk.TemporaryNames;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.log.LogText;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import io.datahub.api.record.RecordStore;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detects what other programs do on the hub's disk: changes to the files of the records, if there are any, and files
 * that are put into {@code incoming/}.
 */
@Component(
        immediate = true, // it watches whether or not any service consumer asks for its health
        service = {HealthCheck.class, MetricSource.class},
        configurationPid = "io.datahub.watcher",
        property = {HealthCheck.NAME + "=watcher", MetricSource.COMPONENT + "=watcher"})
@Designate(ocd = WatcherConfiguration.class)
public final class Watcher implements HealthCheck, MetricSource {

    private static final Logger LOG = LoggerFactory.getLogger(Watcher.class);

    private final Optional<FilesReconciliation> files;
    private final ImportScheduler imports;
    private final DirectoryWatcher incomingWatcher;

    /** @param records null if the records aren't files on this disk */
    @Activate
    public Watcher(
            WatcherConfiguration configuration,
            @Reference Home home,
            @Reference RecordStore store,
            @Reference TemporaryNames temporaryNames,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    DiskRecords records)
            throws IOException {
        Polling polling = Polling.of(configuration);
        WatchRoot incomingRoot = new WatchRoot(home.incoming());
        Duration maxQuiet = Duration.ofMillis(configuration.maxQuietMillis());
        Duration initialDelay = Duration.ofMillis(configuration.startMillis());
        imports = new ImportScheduler(configuration, home, store, temporaryNames, initialDelay, maxQuiet);
        files = Optional.ofNullable(records).map(all -> new FilesReconciliation(configuration, all, polling));
        incomingWatcher =
                new DirectoryWatcher("incoming", incomingRoot, polling.millis(), polling.reason(incomingRoot), imports);
        LOG.info(
                "event=watcher.service.started files={} quietMillis={} maxQuietMillis={} incomingQuietMillis={} startMillis={} rescanMinutes={} pollMillis={} poll={}",
                records == null ? "none" : LogText.quoted(records.files()),
                configuration.quietMillis(),
                configuration.maxQuietMillis(),
                configuration.incomingQuietMillis(),
                configuration.startMillis(),
                configuration.rescanMinutes(),
                configuration.pollMillis(),
                polling.mode());
    }

    @Override
    public Health check() {
        Optional<String> unavailable = files.flatMap(FilesReconciliation::unavailableReason);
        if (unavailable.isPresent()) {
            return Health.down(unavailable.get());
        }
        long overflows = files.map(FilesReconciliation::overflows).orElse(0L) + incomingWatcher.overflows();
        String detail = files.map(FilesReconciliation::toString).orElse("the records aren't files on this disk")
                + ", notifications lost " + overflows + " times";
        return Health.ready(files.flatMap(FilesReconciliation::incompleteReason)
                .or(incomingWatcher::incompleteReason)
                .map(why -> why + "; " + detail)
                .orElse(detail));
    }

    @Override
    public void report(MetricReport report) {
        files.ifPresent(all -> all.report(report));
        imports.report(report);
    }

    /** Stops watching; comparisons that are in progress are completed first. */
    @Deactivate
    public void stop() {
        files.ifPresent(FilesReconciliation::close);
        incomingWatcher.close();
        imports.close();
        LOG.info("event=watcher.service.stopped");
    }
}
