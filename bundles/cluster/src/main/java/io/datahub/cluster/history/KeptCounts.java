package io.datahub.cluster.history;

import io.datahub.api.cluster.LedgerEvents;
import io.datahub.api.cluster.LedgerEvents.Kept;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the rules have kept, read from the ledger from time to time on a thread of its own. Thread-safe; doesn't block. */
public final class KeptCounts implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KeptCounts.class);
    private static final long PERIOD_SECONDS = 5;

    private final LedgerEvents events;
    private final ScheduledExecutorService executor =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "datahub-cluster-kept"));
    private volatile Map<String, Kept> latest = Map.of();

    @SuppressWarnings("FutureReturnValueIgnored") // the task catches its exceptions
    public KeptCounts(LedgerEvents events) {
        this.events = events;
        executor.scheduleWithFixedDelay(this::read, 0, PERIOD_SECONDS, TimeUnit.SECONDS);
    }

    private void read() {
        try {
            latest = Map.copyOf(events.rules());
        } catch (IOException | RuntimeException e) {
            LOG.debug("event=cluster.kept.unreadable", e); // the component ledger says it
        }
    }

    /** What each rule had kept when that was read last. */
    Map<String, Kept> latest() {
        return latest;
    }

    /** Stops reading. */
    @Override
    public void close() {
        executor.shutdownNow();
    }
}
