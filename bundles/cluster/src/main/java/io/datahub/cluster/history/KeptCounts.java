package io.datahub.cluster.history;

import io.datahub.api.cluster.LedgerEvents;
import io.datahub.api.cluster.LedgerEvents.Kept;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the rules have kept, read from the ledger from time to time on a thread of its own, which also tells the ledger that
 * this hub has its rules for newest events. Thread-safe; doesn't block.
 */
public final class KeptCounts implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KeptCounts.class);
    private static final long PERIOD_SECONDS = 5;
    private static final long USE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final LedgerEvents events;
    private final Supplier<Collection<String>> lastRules;
    private final ScheduledExecutorService executor =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "datahub-cluster-kept"));
    private volatile Map<String, Kept> latest = Map.of();
    private Set<String> used = Set.of(); // as is usedAt, for the thread
    private long usedAt = System.nanoTime();

    /** @param lastRules the prefixes of the rules that keep newest events at present */
    @SuppressWarnings("FutureReturnValueIgnored") // the task catches its exceptions
    public KeptCounts(LedgerEvents events, Supplier<Collection<String>> lastRules) {
        this.events = events;
        this.lastRules = lastRules;
        executor.scheduleWithFixedDelay(this::read, 0, PERIOD_SECONDS, TimeUnit.SECONDS);
    }

    private void read() {
        try {
            latest = Map.copyOf(events.rules());
            use(Set.copyOf(lastRules.get()));
        } catch (IOException | RuntimeException e) {
            LOG.debug("event=cluster.kept.unreadable", e); // the component ledger says it
        }
    }

    private void use(Set<String> rules) throws IOException {
        if (!rules.equals(used) || System.nanoTime() - usedAt > USE_NANOS) {
            events.useLast(rules);
            used = rules;
            usedAt = System.nanoTime();
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
