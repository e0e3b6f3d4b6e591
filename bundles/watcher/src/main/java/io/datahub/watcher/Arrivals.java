package io.datahub.watcher;

import io.datahub.api.Home;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.record.RecordPath;
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

/** What comes below {@code incoming/}, and when it is taken. For any thread. */
final class Arrivals implements PathChangeListener, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Arrivals.class);
    private static final long LONGEST_SWEEP_MILLIS = 1_000;
    private static final long RETRY_SECONDS = 60;
    private static final int MOST_TROUBLES = 1_000;
    private static final long MEBIBYTE = 1 << 20;

    private final DropFolder incoming;
    private final Debouncer settling;
    private final ScheduledExecutorService sweeps =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "datahub-incoming-sweep"));

    /** Why files couldn't be taken. */
    private final Map<RecordPath, String> troubles = new ConcurrentHashMap<>();

    @SuppressWarnings("FutureReturnValueIgnored") // both report what they can't do themselves
    Arrivals(WatcherConfiguration configuration, Home home, RecordStore store, Duration start, Duration maxQuiet)
            throws IOException {
        Duration quiet = Duration.ofMillis(configuration.incomingQuietMillis());
        Delivery delivery = new Delivery(store);
        KeptFiles kept = new KeptFiles(
                new KeptFolder(home.state().resolve("taken"), home.incoming()),
                new RejectedArrivals(home.state().resolve("rejected")),
                delivery,
                new KeptFiles.Limits(
                        quiet,
                        Duration.ofHours(configuration.incomingKeepHours()),
                        configuration.incomingKeepMiB() * MEBIBYTE),
                System::nanoTime);
        incoming = new DropFolder(home.incoming(), store, delivery, new Resting(quiet, System::nanoTime), kept);
        settling = new Debouncer("incoming", start, quiet, maxQuiet, 1, (path, rested) -> take(path));
        long sweep = Math.max(1, Math.min(LONGEST_SWEEP_MILLIS, quiet.toMillis()));
        sweeps.scheduleWithFixedDelay(incoming::sweep, sweep, sweep, TimeUnit.MILLISECONDS);
        sweeps.scheduleWithFixedDelay(this::tryAgain, RETRY_SECONDS, RETRY_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void touched(RecordPath path) {
        incoming.heard(path);
        settling.touch(path);
    }

    @Override
    public void lost(RecordPath directory) {
        settling.compare(directory);
    }

    @Override
    public void everything() {
        settling.compare(RecordPath.ROOT);
    }

    private void take(RecordPath path) {
        try {
            incoming.take(path, this::touched);
            troubles.remove(path);
        } catch (IOException | RuntimeException e) {
            boolean told = troubles.size() >= MOST_TROUBLES || e.toString().equals(troubles.put(path, e.toString()));
            if (!told) {
                LOG.error("incoming=failed path=\"{}\" cause=\"{}\"", path, e.toString(), e);
            }
        }
    }

    /** Tries again what couldn't be taken: what was wrong, such as a permission, may be mended. */
    private void tryAgain() {
        if (!troubles.isEmpty()) {
            everything();
        }
    }

    /** How many paths wait until they have rested, and how large what is kept is. */
    void report(MetricReport report) {
        settling.report("incoming", report);
        KeptFiles kept = incoming.kept();
        report.gauge("datahub_incoming_kept_files", "Files that were taken out of incoming and are kept", kept.count());
        report.gauge("datahub_incoming_kept_bytes", "How large these files are together", kept.bytes());
    }

    int waiting() {
        return settling.size();
    }

    @Override
    public void close() {
        sweeps.shutdownNow();
        settling.close();
        try {
            if (!sweeps.awaitTermination(5, TimeUnit.SECONDS)) {
                LOG.warn("incoming=stopping detail=\"a file is still being delivered\"");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
