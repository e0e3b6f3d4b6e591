package io.datahub.watcher;

import io.datahub.api.Home;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.RecordStore;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
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
@Component(service = HealthCheck.class, property = HealthCheck.NAME + "=watcher")
@Designate(ocd = Configuration.class)
public final class Watcher implements HealthCheck {

    private static final Logger LOG = LoggerFactory.getLogger(Watcher.class);

    private final Home home;
    private final RecordStore store;
    private final TemporaryNames temporary;
    private final Incoming incoming;
    private final Settling files;
    private final Settling arrivals;
    private final Tree fileTree;
    private final Tree arrivalTree;
    private final ScheduledExecutorService scan =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "datahub-watcher-scan"));
    private volatile String state = "scanning";

    @Activate
    public Watcher(Configuration configuration, @Reference Home home, @Reference RecordStore store) throws IOException {
        this.home = home;
        this.store = store;
        temporary = new TemporaryNames(configuration.temporaryNames());
        incoming = new Incoming(home.incoming(), home.state().resolve("rejected"), store);
        Duration quiet = Duration.ofMillis(configuration.quietMillis());
        Duration maxQuiet = Duration.ofMillis(configuration.maxQuietMillis());
        files = new Settling("watcher", quiet, maxQuiet, configuration.checkThreads(), this::checkFile);
        arrivals = new Settling("incoming", quiet, maxQuiet, 1, this::takeArrival);
        fileTree =
                new Tree("watcher", home.files(), path -> touch(files, path), () -> scan.execute(() -> check(quiet)));
        arrivalTree = new Tree(
                "incoming", home.incoming(), path -> touch(arrivals, path), () -> touch(arrivals, RecordPath.ROOT));
        every(configuration.rescanMinutes() * 60_000, () -> check(quiet));
        every(configuration.pollMillis(), () -> checkWhatIsNotWatched(quiet));
        LOG.info(
                "watcher=started files=\"{}\" quietMillis={} maxQuietMillis={} rescanMinutes={} pollMillis={}",
                home.files(),
                configuration.quietMillis(),
                configuration.maxQuietMillis(),
                configuration.rescanMinutes(),
                configuration.pollMillis());
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the tasks report what they can't do themselves
    private void every(long millis, Runnable task) {
        if (millis > 0) {
            scan.scheduleWithFixedDelay(task, millis, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void touch(Settling settling, RecordPath path) {
        if (path.isRoot() || !temporary.contain(path)) {
            settling.touch(path);
        }
    }

    /** Compares everything. Never throws, so that it is done again. */
    private void check(Duration quiet) {
        if (!Files.isDirectory(home.files())) {
            state = "files/ is gone; bring it back, or restart the hub to begin with an empty one";
            LOG.error("watcher=blind cause=\"{}\"", state);
            return;
        }
        long begin = System.nanoTime();
        checkFile(RecordPath.ROOT, quiet);
        state = "last scan took " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin) + " ms";
    }

    private void checkWhatIsNotWatched(Duration quiet) {
        if (fileTree.trouble().isPresent()) {
            check(quiet);
        }
        if (arrivalTree.trouble().isPresent()) {
            touch(arrivals, RecordPath.ROOT);
        }
    }

    private void checkFile(RecordPath path, Duration quiet) {
        try {
            store.check(path, quiet, unsettled -> touch(files, unsettled));
        } catch (IOException | RuntimeException e) {
            LOG.error("check=failed path=\"{}\" cause=\"{}\"", path, e.toString(), e);
        }
    }

    private void takeArrival(RecordPath path, Duration quiet) {
        try {
            incoming.take(path, quiet, again -> touch(arrivals, again));
        } catch (IOException | RuntimeException e) {
            LOG.error("incoming=failed path=\"{}\" cause=\"{}\"", path, e.toString(), e);
        }
    }

    @Override
    public Health check() {
        String detail = state + ", " + files.size() + " paths settling";
        return Health.ready(fileTree.trouble()
                .map(why -> "polling, since not everything can be watched: " + why + "; " + detail)
                .orElse(detail));
    }

    /** Ends all watching; what is being compared is finished first. */
    @Deactivate
    public void stop() throws IOException {
        fileTree.close();
        arrivalTree.close();
        scan.shutdown();
        files.close();
        arrivals.close();
        try {
            scan.awaitTermination(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LOG.info("watcher=stopped");
    }
}
