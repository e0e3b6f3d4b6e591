package io.datahub.watcher;

import io.datahub.api.Home;
import io.datahub.api.disk.TemporaryNames;
import io.datahub.api.log.LogText;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.RecordStore;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Handles the files below {@code incoming/} and schedules their imports. Thread-safe. */
final class ImportScheduler implements PathChangeListener, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ImportScheduler.class);
    private static final long MAX_SWEEP_INTERVAL_MILLIS = 1_000;
    private static final long RETRY_INTERVAL_SECONDS = 60;
    private static final int MAX_REMEMBERED_FAILURES = 1_000;
    private static final long BYTES_PER_MIB = 1 << 20;

    private final DropFolder dropFolder;
    private final Debouncer debouncer;
    private final ScheduledExecutorService executor =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "datahub-incoming-sweep"));

    /** The last failure of each path that couldn't be imported. */
    private final Map<RecordPath, String> failures = new ConcurrentHashMap<>();

    @SuppressWarnings("FutureReturnValueIgnored") // both tasks log their own failures
    ImportScheduler(
            WatcherConfiguration configuration,
            Home home,
            RecordStore store,
            TemporaryNames temporaryNames,
            Duration initialDelay,
            Duration maxQuiet)
            throws IOException {
        Duration quiet = Duration.ofMillis(configuration.incomingQuietMillis());
        FileImporter importer = new FileImporter(store);
        ImportedFiles importedFiles = new ImportedFiles(
                new ImportedDirectory(
                        home.state().resolve("imported"), home.state().resolve("taken"), home.incoming()),
                new RefusedFiles(home.state().resolve("rejected")),
                importer,
                new ImportedFiles.Limits(
                        quiet,
                        Duration.ofHours(configuration.incomingKeepHours()),
                        configuration.incomingKeepMiB() * BYTES_PER_MIB),
                System::nanoTime);
        dropFolder = new DropFolder(
                home.incoming(), temporaryNames, importer, new QuietTracker(quiet, System::nanoTime), importedFiles);
        debouncer = new Debouncer("incoming", initialDelay, quiet, maxQuiet, 1, (path, quietTime) -> importFile(path));
        long intervalMillis = Math.max(1, Math.min(MAX_SWEEP_INTERVAL_MILLIS, quiet.toMillis()));
        executor.scheduleWithFixedDelay(dropFolder::sweep, intervalMillis, intervalMillis, TimeUnit.MILLISECONDS);
        executor.scheduleWithFixedDelay(
                this::retryFailed, RETRY_INTERVAL_SECONDS, RETRY_INTERVAL_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void pathChanged(RecordPath path) {
        dropFolder.noteChange(path);
        debouncer.touch(path);
    }

    @Override
    public void eventsLost(RecordPath directory) {
        debouncer.touchTree(directory);
    }

    private void importFile(RecordPath path) {
        try {
            dropFolder.importFile(path, this::pathChanged);
            failures.remove(path);
        } catch (IOException | RuntimeException e) {
            boolean alreadyLogged =
                    failures.size() >= MAX_REMEMBERED_FAILURES || e.toString().equals(failures.put(path, e.toString()));
            if (!alreadyLogged) {
                LOG.error(
                        "event=watcher.incoming-file.failed path={} reason={}",
                        LogText.quoted(path),
                        LogText.quoted(e),
                        e);
            }
        }
    }

    /** Retries the paths that failed; the cause, such as a missing permission, may have been fixed. */
    private void retryFailed() {
        if (!failures.isEmpty()) {
            fullScanNeeded();
        }
    }

    /** Reports the number of paths that wait for their quiet period, and the number and size of the imported files. */
    void report(MetricReport report) {
        debouncer.report("incoming", report);
        ImportedFiles importedFiles = dropFolder.importedFiles();
        report.gauge(
                "datahub_incoming_kept_files",
                "Files that were imported from incoming and are kept, since a program may still write to them",
                importedFiles.count());
        report.gauge("datahub_incoming_kept_bytes", "The total size of these files", importedFiles.bytes());
    }

    @Override
    public void close() {
        executor.shutdownNow();
        debouncer.close();
        try {
            if (!executor.awaitTermination(5, TimeUnit.SECONDS)) {
                LOG.warn("event=watcher.incoming.stop-timed-out reason=\"a file is still being imported\"");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
