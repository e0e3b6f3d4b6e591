package io.datahub.watcher;

import io.datahub.api.Home;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.RecordStore;
import java.io.IOException;
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
        service = HealthCheck.class,
        configurationPid = "io.datahub.watcher",
        property = HealthCheck.NAME + "=watcher")
@Designate(ocd = Configuration.class)
public final class Watcher implements HealthCheck {

    private static final Logger LOG = LoggerFactory.getLogger(Watcher.class);

    private static final int STOP_SECONDS = 5;
    private static final long MIN_POLL_MILLIS = 100;

    private final RecordStore store;
    private final Root root;
    private final Duration quiet;
    private final Incoming incoming;
    private final Settling files;
    private final Settling arrivals;
    private final Tree fileTree;
    private final Tree arrivalTree;
    private final ScheduledExecutorService scan =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "datahub-watcher-scan"));
    private volatile String lastScan = "scanning";
    private volatile Optional<String> blind = Optional.empty();

    @Activate
    public Watcher(Configuration configuration, @Reference Home home, @Reference RecordStore store) throws IOException {
        this.store = store;
        root = new Root(home.files());
        Root arrivalRoot = new Root(home.incoming());
        long pollMillis = Math.max(MIN_POLL_MILLIS, configuration.pollMillis());
        incoming = new Incoming(home.incoming(), home.state().resolve("rejected"), store);
        quiet = Duration.ofMillis(configuration.quietMillis());
        Duration maxQuiet = Duration.ofMillis(configuration.maxQuietMillis());
        Duration start = Duration.ofMillis(configuration.startMillis());
        long scanAt = System.nanoTime() + start.toNanos();
        files = new Settling("watcher", start, quiet, maxQuiet, configuration.checkThreads(), this::check);
        arrivals = new Settling("incoming", start, quiet, maxQuiet, 1, this::takeArrival);
        fileTree = new Tree("watcher", root, pollMillis, files::touch, () -> scanAt(scanAt));
        scan.execute(() -> check(RecordPath.USERS, quiet)); // who may do what never waits
        arrivalTree =
                new Tree("incoming", arrivalRoot, pollMillis, arrivals::touch, () -> arrivals.touch(RecordPath.ROOT));
        rescanEvery(configuration.rescanMinutes());
        LOG.info(
                "watcher=started files=\"{}\" quietMillis={} maxQuietMillis={} startMillis={} rescanMinutes={} pollMillis={}",
                home.files(),
                configuration.quietMillis(),
                configuration.maxQuietMillis(),
                configuration.startMillis(),
                configuration.rescanMinutes(),
                configuration.pollMillis());
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a scan reports what it can't do itself
    private void rescanEvery(long minutes) {
        if (minutes > 0) {
            scan.scheduleWithFixedDelay(this::scan, minutes, minutes, TimeUnit.MINUTES);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a scan reports what it can't do itself
    private void scanAt(long nanoTime) {
        scan.schedule(this::scan, nanoTime - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    /** Compares everything. Never throws, so that it is done again. */
    private void scan() {
        long begin = System.nanoTime();
        check(RecordPath.ROOT, quiet);
        lastScan = "last scan took " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin) + " ms";
    }

    /**
     * Compares a path, unless the root is away: then everything would look deleted. It is compared as a whole once the root
     * is back. In a directory each file must have rested by itself, however long the directory waited.
     */
    private void check(RecordPath path, Duration rested) {
        Optional<String> absence = root.absence();
        if (!absence.equals(blind)) {
            blind = absence;
            LOG.error("watcher={} detail=\"{}\"", absence.isPresent() ? "blind" : "seeing", absence.orElse("back"));
        }
        if (absence.isPresent()) {
            return;
        }
        try {
            boolean all = rested.equals(quiet) || Files.isDirectory(path.under(root.path()), LinkOption.NOFOLLOW_LINKS);
            store.check(path, all ? quiet : rested, files::touch);
        } catch (IOException | RuntimeException e) {
            LOG.error("check=failed path=\"{}\" cause=\"{}\"", path, e.toString(), e);
        }
    }

    private void takeArrival(RecordPath path, Duration rested) {
        try {
            incoming.take(path, rested, arrivals::touch);
        } catch (IOException | RuntimeException e) {
            LOG.error("incoming=failed path=\"{}\" cause=\"{}\"", path, e.toString(), e);
        }
    }

    @Override
    public Health check() {
        if (blind.isPresent()) {
            return Health.down(blind.get());
        }
        String detail = lastScan + ", " + files.size() + " paths settling";
        return Health.ready(fileTree.trouble()
                .or(arrivalTree::trouble)
                .map(why -> "polling, since not everything can be watched: " + why + "; " + detail)
                .orElse(detail));
    }

    /** Ends all watching; what is being compared is finished first. */
    @Deactivate
    public void stop() {
        fileTree.close();
        arrivalTree.close();
        scan.shutdown();
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
