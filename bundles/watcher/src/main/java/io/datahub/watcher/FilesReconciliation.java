package io.datahub.watcher;

import io.datahub.api.disk.DiskRecords;
import io.datahub.api.log.LogText;
import io.datahub.api.metric.Histogram;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the store reconcile the files of the records with its index: on notifications of the operating system, and by
 * full scans at startup and at intervals. The store validates and publishes the changes. Thread-safe.
 */
final class FilesReconciliation implements PathChangeListener, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FilesReconciliation.class);
    private static final int STOP_TIMEOUT_SECONDS = 5;

    /** How long a successful check of the root remains valid; the store checks it for each path as well. */
    private static final long ROOT_CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final DiskRecords records;
    private final WatchRoot root;
    private final Duration quiet;
    private final Duration retryInterval;
    private final long opensAtNanos;
    private final Debouncer debouncer;
    private final FullScanScheduler fullScans;
    private final DirectoryWatcher watcher;
    private final ScheduledExecutorService scanExecutor =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "datahub-watcher-scan"));
    private final Histogram scanDurations = new Histogram();
    private volatile Optional<String> unavailable = Optional.empty();
    private volatile long lastRootCheck = System.nanoTime() - ROOT_CHECK_NANOS;

    /** @param polling how often to look for changes of which there are no notifications */
    FilesReconciliation(WatcherConfiguration configuration, DiskRecords records, Polling polling) {
        this.records = records;
        root = new WatchRoot(records.files());
        retryInterval = Duration.ofMillis(polling.millis());
        quiet = Duration.ofMillis(configuration.quietMillis());
        Duration maxQuiet = Duration.ofMillis(configuration.maxQuietMillis());
        Duration initialDelay = Duration.ofMillis(configuration.startMillis());
        opensAtNanos = System.nanoTime() + initialDelay.toNanos();
        fullScans = new FullScanScheduler(scanExecutor, this::fullScan);
        debouncer =
                new Debouncer("watcher", initialDelay, quiet, maxQuiet, configuration.checkThreads(), this::onQuiet);
        records.listen(debouncer::touch);
        // Permissions take effect without the initial delay.
        scanExecutor.execute(() -> reconcile(RecordPath.USERS, quiet));
        watcher = new DirectoryWatcher("watcher", root, polling.millis(), polling.reason(root), this);
        scheduleFullScans(configuration.rescanMinutes());
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

    @SuppressWarnings("FutureReturnValueIgnored") // a scan logs its own failures
    private void scheduleFullScans(long minutes) {
        if (minutes > 0) {
            scanExecutor.scheduleWithFixedDelay(
                    () -> fullScans.request(Duration.ZERO), minutes, minutes, TimeUnit.MINUTES);
        }
    }

    private void fullScan() {
        long start = System.nanoTime();
        reconcile(RecordPath.ROOT, quiet);
        scanDurations.recordSince(start);
    }

    /** Compares a path whose quiet period is over; a full scan runs on its own thread. */
    private void onQuiet(RecordPath path, Duration quietTime) {
        if (path.isRoot()) {
            fullScans.request(Duration.ZERO);
        } else {
            reconcile(path, quietTime);
        }
    }

    /**
     * Compares a path with the index, unless the root is unavailable: then all records would look deleted. A full scan
     * runs once the root is available again. In a directory each file must have been unchanged for the quiet period
     * itself, however long the directory has been pending.
     */
    private void reconcile(RecordPath path, Duration quietTime) {
        if (System.nanoTime() - lastRootCheck >= ROOT_CHECK_NANOS && isRootUnavailable()) {
            return;
        }
        try {
            boolean useQuietPeriod =
                    quietTime.equals(quiet) || Files.isDirectory(path.under(root.path()), LinkOption.NOFOLLOW_LINKS);
            records.reconcile(path, useQuietPeriod ? quiet : quietTime, debouncer::touch);
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

    /** Why the root can't be read; empty if it can. */
    Optional<String> unavailableReason() {
        return unavailable;
    }

    /** Why the tree isn't fully watched; empty if it is. */
    Optional<String> incompleteReason() {
        return watcher.incompleteReason();
    }

    /** How many times notifications were lost. */
    long overflows() {
        return watcher.overflows();
    }

    void report(MetricReport report) {
        debouncer.report("files", report);
        report.histogram(
                "datahub_watcher_scan_seconds",
                "The duration of full scans, which compare all files with the index",
                scanDurations);
    }

    /** The number of scans and of paths that wait. */
    @Override
    public String toString() {
        return fullScans + ", " + debouncer.size() + " paths pending";
    }

    /** Stops; comparisons that are in progress are completed first. */
    @Override
    public void close() {
        records.listen(path -> {});
        watcher.close();
        scanExecutor.shutdownNow();
        debouncer.close();
        try {
            if (!scanExecutor.awaitTermination(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("event=watcher.service.stop-timed-out reason=\"a full scan is still running\"");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
