package io.datahub.watcher;

import io.datahub.api.Home;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.log.LogText;
import io.datahub.api.metric.Histogram;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.RecordStore;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detects changes that other programs make to the record files and has the store reconcile them with its index: on
 * notifications of the operating system, and by full scans at startup and at intervals. The store validates and
 * publishes the changes.
 */
@Component(
        immediate = true, // it watches whether or not any service consumer asks for its health
        service = {HealthCheck.class, MetricSource.class},
        configurationPid = "io.datahub.watcher",
        property = {HealthCheck.NAME + "=watcher", MetricSource.COMPONENT + "=watcher"})
@Designate(ocd = WatcherConfiguration.class)
public final class Watcher implements HealthCheck, MetricSource {

    private static final Logger LOG = LoggerFactory.getLogger(Watcher.class);

    private static final int STOP_TIMEOUT_SECONDS = 5;
    private static final long MIN_POLL_MILLIS = 100;

    /** How long a successful check of the root remains valid; the store checks it for each path as well. */
    private static final long ROOT_CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final RecordStore store;
    private final WatchRoot root;
    private final Duration quiet;
    private final Duration retryInterval;
    private final Debouncer debouncer;
    private final FullScanScheduler fullScans;
    private final IngestionScheduler ingestion;
    private final DirectoryWatcher filesWatcher;
    private final DirectoryWatcher incomingWatcher;
    private final ScheduledExecutorService scanExecutor =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "datahub-watcher-scan"));
    private final Histogram scanDurations = new Histogram();
    private volatile Optional<String> unavailable = Optional.empty();
    private volatile long lastRootCheck = System.nanoTime() - ROOT_CHECK_NANOS;

    @Activate
    public Watcher(WatcherConfiguration configuration, @Reference Home home, @Reference RecordStore store)
            throws IOException {
        this.store = store;
        root = new WatchRoot(home.files());
        WatchRoot incomingRoot = new WatchRoot(home.incoming());
        long pollMillis = Math.max(MIN_POLL_MILLIS, configuration.pollMillis());
        retryInterval = Duration.ofMillis(pollMillis);
        quiet = Duration.ofMillis(configuration.quietMillis());
        Duration maxQuiet = Duration.ofMillis(configuration.maxQuietMillis());
        Duration initialDelay = Duration.ofMillis(configuration.startMillis());
        fullScans = new FullScanScheduler(scanExecutor, this::fullScan);
        debouncer =
                new Debouncer("watcher", initialDelay, quiet, maxQuiet, configuration.checkThreads(), this::onQuiet);
        ingestion = new IngestionScheduler(configuration, home, store, initialDelay, maxQuiet);
        scanExecutor.execute(() -> check(RecordPath.USERS, quiet)); // permissions take effect without the initial delay
        String poll = configuration.poll();
        filesWatcher = new DirectoryWatcher(
                "watcher", root, pollMillis, pollingReason(poll, root), new FilesListener(initialDelay));
        incomingWatcher = new DirectoryWatcher(
                "incoming", incomingRoot, pollMillis, pollingReason(poll, incomingRoot), ingestion);
        scheduleFullScans(configuration.rescanMinutes());
        LOG.info(
                "event=watcher.service.started files={} quietMillis={} maxQuietMillis={} incomingQuietMillis={} startMillis={} rescanMinutes={} pollMillis={} poll={}",
                LogText.quoted(home.files()),
                configuration.quietMillis(),
                configuration.maxQuietMillis(),
                configuration.incomingQuietMillis(),
                configuration.startMillis(),
                configuration.rescanMinutes(),
                configuration.pollMillis(),
                poll);
    }

    /** Why notifications aren't sufficient; empty if they are. */
    private static Optional<String> pollingReason(String poll, WatchRoot root) {
        return switch (poll) {
            case "always" -> Optional.of("the configuration has poll=always");
            case "never" -> Optional.empty();
            case "auto" ->
                root.remoteType()
                        .map(type -> "a file system of type " + type + " doesn't notify of changes by other machines");
            default ->
                throw new IllegalArgumentException(
                        "poll=" + poll + " in io.datahub.watcher.cfg must be auto, always or never");
        };
    }

    /** Handles changes below {@code files/}. */
    private final class FilesListener implements PathChangeListener {

        private final long opensAtNanos;

        private FilesListener(Duration initialDelay) {
            opensAtNanos = System.nanoTime() + initialDelay.toNanos();
        }

        @Override
        public void pathChanged(RecordPath path) {
            debouncer.touch(path);
        }

        @Override
        public void eventsLost(RecordPath directory) {
            debouncer.touchTree(directory);
        }

        @Override
        public void fullScanNeeded() {
            fullScans.request(Duration.ofNanos(Math.max(0, opensAtNanos - System.nanoTime())));
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a scan logs its own failures
    private void scheduleFullScans(long minutes) {
        if (minutes > 0) {
            scanExecutor.scheduleWithFixedDelay(
                    () -> fullScans.request(Duration.ZERO), minutes, minutes, TimeUnit.MINUTES);
        }
    }

    private void fullScan() {
        long start = System.nanoTime();
        check(RecordPath.ROOT, quiet);
        scanDurations.recordSince(start);
    }

    /** Compares a path whose quiet period is over; a full scan runs on its own thread. */
    private void onQuiet(RecordPath path, Duration quietTime) {
        if (path.isRoot()) {
            fullScans.request(Duration.ZERO);
        } else {
            check(path, quietTime);
        }
    }

    /**
     * Compares a path with the index, unless the root is unavailable: then all records would look deleted. A full scan
     * runs once the root is available again. In a directory each file must have been unchanged for the quiet period
     * itself, however long the directory has been pending.
     */
    private void check(RecordPath path, Duration quietTime) {
        if (System.nanoTime() - lastRootCheck >= ROOT_CHECK_NANOS && isRootUnavailable()) {
            return;
        }
        try {
            boolean useQuietPeriod =
                    quietTime.equals(quiet) || Files.isDirectory(path.under(root.path()), LinkOption.NOFOLLOW_LINKS);
            store.check(path, useQuietPeriod ? quiet : quietTime, debouncer::touch);
        } catch (InterruptedIOException e) {
            LOG.debug("event=watcher.check.interrupted path={}", LogText.quoted(path));
        } catch (IOException | RuntimeException e) {
            if (!isRootUnavailable()) {
                LOG.error("event=watcher.check.failed path={} reason={}", LogText.quoted(path), LogText.quoted(e), e);
            }
        }
    }

    /**
     * Checks whether the root is unavailable. While it is, the check is repeated, so that a full scan runs once the
     * root is available again.
     */
    private synchronized boolean isRootUnavailable() {
        Optional<String> unavailableReason = root.unavailableReason();
        if (!unavailableReason.equals(unavailable)) {
            unavailable = unavailableReason;
            unavailableReason.ifPresentOrElse(
                    reason -> LOG.error("event=watcher.root.unavailable reason={}", LogText.quoted(reason)),
                    () -> LOG.info("event=watcher.root.available path={}", LogText.quoted(root.path())));
        }
        if (unavailableReason.isPresent()) {
            fullScans.request(retryInterval);
        } else {
            lastRootCheck = System.nanoTime();
        }
        return unavailableReason.isPresent();
    }

    @Override
    public Health check() {
        if (unavailable.isPresent()) {
            return Health.down(unavailable.get());
        }
        String detail = fullScans + ", " + debouncer.size() + " paths pending, notifications lost "
                + (filesWatcher.overflows() + incomingWatcher.overflows()) + " times";
        return Health.ready(filesWatcher
                .incompleteReason()
                .or(incomingWatcher::incompleteReason)
                .map(why -> why + "; " + detail)
                .orElse(detail));
    }

    @Override
    public void report(MetricReport report) {
        debouncer.report("files", report);
        ingestion.report(report);
        report.histogram(
                "datahub_watcher_scan_seconds",
                "The duration of full scans, which compare all files with the index",
                scanDurations);
    }

    /** Stops watching; comparisons that are in progress are completed first. */
    @Deactivate
    public void stop() {
        filesWatcher.close();
        incomingWatcher.close();
        scanExecutor.shutdownNow();
        debouncer.close();
        ingestion.close();
        try {
            if (!scanExecutor.awaitTermination(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("event=watcher.service.stop-timed-out reason=\"a full scan is still running\"");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LOG.info("event=watcher.service.stopped");
    }
}
