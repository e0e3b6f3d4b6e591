package io.datahub.watcher;

import io.datahub.api.Home;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.metric.Histogram;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import io.datahub.api.record.RecordPath;
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
 * Notices changes of records that were made by other hands and has the store compare them with its index: what the
 * operating system tells of, everything at start, everything again at intervals. The store judges and announces.
 */
@Component(
        immediate = true, // it watches, whether anybody asks for its health or not
        service = {HealthCheck.class, MetricSource.class},
        configurationPid = "io.datahub.watcher",
        property = {HealthCheck.NAME + "=watcher", MetricSource.PART + "=watcher"})
@Designate(ocd = WatcherConfiguration.class)
public final class Watcher implements HealthCheck, MetricSource {

    private static final Logger LOG = LoggerFactory.getLogger(Watcher.class);

    private static final int STOP_SECONDS = 5;
    private static final long MIN_POLL_MILLIS = 100;

    /** For how long the root is taken for there once it was seen; the store makes sure of it for each path. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final RecordStore store;
    private final WatchRoot root;
    private final Duration quiet;
    private final Duration interval;
    private final Debouncer files;
    private final FullScanScheduler rounds;
    private final Arrivals arrivals;
    private final DirectoryWatcher fileTree;
    private final DirectoryWatcher arrivalTree;
    private final ScheduledExecutorService scan =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "datahub-watcher-scan"));
    private final Histogram scans = new Histogram();
    private volatile Optional<String> blind = Optional.empty();
    private volatile long looked = System.nanoTime() - LOOK_NANOS;

    @Activate
    public Watcher(WatcherConfiguration configuration, @Reference Home home, @Reference RecordStore store)
            throws IOException {
        this.store = store;
        root = new WatchRoot(home.files());
        WatchRoot arrivalRoot = new WatchRoot(home.incoming());
        long pollMillis = Math.max(MIN_POLL_MILLIS, configuration.pollMillis());
        interval = Duration.ofMillis(pollMillis);
        quiet = Duration.ofMillis(configuration.quietMillis());
        Duration maxQuiet = Duration.ofMillis(configuration.maxQuietMillis());
        Duration start = Duration.ofMillis(configuration.startMillis());
        rounds = new FullScanScheduler(scan, this::compareEverything);
        files = new Debouncer("watcher", start, quiet, maxQuiet, configuration.checkThreads(), this::settled);
        arrivals = new Arrivals(configuration, home, store, start, maxQuiet);
        scan.execute(() -> check(RecordPath.USERS, quiet)); // who may do what never waits
        String poll = configuration.poll();
        fileTree = new DirectoryWatcher("watcher", root, pollMillis, polling(poll, root), new FileHints(start));
        arrivalTree = new DirectoryWatcher("incoming", arrivalRoot, pollMillis, polling(poll, arrivalRoot), arrivals);
        rescanEvery(configuration.rescanMinutes());
        LOG.info(
                "watcher=started files=\"{}\" quietMillis={} maxQuietMillis={} incomingQuietMillis={} startMillis={} rescanMinutes={} pollMillis={} poll={}",
                home.files(),
                configuration.quietMillis(),
                configuration.maxQuietMillis(),
                configuration.incomingQuietMillis(),
                configuration.startMillis(),
                configuration.rescanMinutes(),
                configuration.pollMillis(),
                poll);
    }

    /** Why notifications don't suffice; empty if they do. */
    private static Optional<String> polling(String poll, WatchRoot root) {
        return switch (poll) {
            case "always" -> Optional.of("the configuration says so");
            case "never" -> Optional.empty();
            case "auto" ->
                root.remote().map(type -> "nobody tells of what others change on a file system of type " + type);
            default -> throw new IllegalArgumentException("poll=" + poll + " is neither auto nor always nor never");
        };
    }

    /** What may have changed below {@code files/}. */
    private final class FileHints implements PathChangeListener {

        private final long opens;

        private FileHints(Duration start) {
            opens = System.nanoTime() + start.toNanos();
        }

        @Override
        public void touched(RecordPath path) {
            files.touch(path);
        }

        @Override
        public void lost(RecordPath directory) {
            files.compare(directory);
        }

        @Override
        public void everything() {
            rounds.ask(Duration.ofNanos(Math.max(0, opens - System.nanoTime())));
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a scan reports what it can't do itself
    private void rescanEvery(long minutes) {
        if (minutes > 0) {
            scan.scheduleWithFixedDelay(() -> rounds.ask(Duration.ZERO), minutes, minutes, TimeUnit.MINUTES);
        }
    }

    private void compareEverything() {
        long begin = System.nanoTime();
        check(RecordPath.ROOT, quiet);
        scans.recordSince(begin);
    }

    /** What has rested is compared; everything is compared on a thread of its own. */
    private void settled(RecordPath path, Duration rested) {
        if (path.isRoot()) {
            rounds.ask(Duration.ZERO);
        } else {
            check(path, rested);
        }
    }

    /**
     * Compares a path, unless the root is away: then everything would look deleted. All is compared once the root is
     * back. In a directory each file must have rested by itself, however long the directory waited.
     */
    private void check(RecordPath path, Duration rested) {
        if (System.nanoTime() - looked >= LOOK_NANOS && isBlind()) {
            return;
        }
        try {
            boolean all = rested.equals(quiet) || Files.isDirectory(path.under(root.path()), LinkOption.NOFOLLOW_LINKS);
            store.check(path, all ? quiet : rested, files::touch);
        } catch (InterruptedIOException e) {
            LOG.debug("check=interrupted path=\"{}\"", path);
        } catch (IOException | RuntimeException e) {
            if (!isBlind()) {
                LOG.error("check=failed path=\"{}\" cause=\"{}\"", path, e.toString(), e);
            }
        }
    }

    /** Looks whether the root is away. As long as it is, that is looked at again, so that all is compared once it is back. */
    private synchronized boolean isBlind() {
        Optional<String> absence = root.absence();
        if (!absence.equals(blind)) {
            blind = absence;
            LOG.error("watcher={} detail=\"{}\"", absence.isPresent() ? "blind" : "seeing", absence.orElse("back"));
        }
        if (absence.isPresent()) {
            rounds.ask(interval);
        } else {
            looked = System.nanoTime();
        }
        return absence.isPresent();
    }

    @Override
    public Health check() {
        if (blind.isPresent()) {
            return Health.down(blind.get());
        }
        String detail = rounds + ", " + files.size() + " paths settling, notifications lost "
                + (fileTree.overflows() + arrivalTree.overflows()) + " times";
        return Health.ready(fileTree.trouble()
                .or(arrivalTree::trouble)
                .map(why -> why + "; " + detail)
                .orElse(detail));
    }

    @Override
    public void report(MetricReport report) {
        files.report("files", report);
        arrivals.report(report);
        report.histogram("datahub_watcher_scan_seconds", "How long comparing all files took", scans);
    }

    /** Ends all watching; what is being compared is finished first. */
    @Deactivate
    public void stop() {
        fileTree.close();
        arrivalTree.close();
        scan.shutdownNow();
        files.close();
        arrivals.close();
        try {
            if (!scan.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("watcher=stopping detail=\"a scan is still going on\"");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LOG.info("watcher=stopped");
    }
}
