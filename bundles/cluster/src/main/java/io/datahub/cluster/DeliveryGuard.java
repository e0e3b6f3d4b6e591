package io.datahub.cluster;

import io.datahub.api.event.EventBroker;
import io.datahub.api.event.SessionId;
import io.datahub.api.event.SessionInfo;
import io.datahub.cluster.journal.Freshness;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pauses events while this hub's view of the ledger is too old: who lost access must neither get nor send more. Clients
 * stay connected for a while, since most outages are short. On a thread of its own, which nothing can block.
 */
final class DeliveryGuard implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DeliveryGuard.class);
    private static final int PERIOD_MILLIS = 50;
    private static final long STOP_SECONDS = 5;

    private final Freshness freshness;
    private final EventBroker broker;
    private final Duration maxPause;
    private final ScheduledExecutorService executor =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "datahub-cluster-guard"));

    // Used by the thread only.
    private boolean isPaused;
    private boolean isCut;

    /** @param maxPause how long clients stay connected */
    @SuppressWarnings("FutureReturnValueIgnored") // the task catches its exceptions
    DeliveryGuard(Freshness freshness, EventBroker broker, Duration maxPause) {
        this.freshness = freshness;
        this.broker = broker;
        this.maxPause = maxPause;
        executor.scheduleWithFixedDelay(this::checkSafely, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void checkSafely() {
        try {
            check();
        } catch (RuntimeException e) {
            LOG.error("event=cluster.guard.failed", e);
        }
    }

    private void check() {
        if (freshness.isFresh() == isPaused) {
            isPaused = !isPaused;
            isCut = false;
            broker.pause(isPaused);
            if (isPaused) {
                LOG.warn(
                        "event=cluster.delivery.paused viewAgeMillis={}",
                        freshness.age().toMillis());
            } else {
                LOG.info("event=cluster.delivery.resumed");
            }
        }
        if (isPaused && !isCut && freshness.age().compareTo(maxPause) > 0) {
            isCut = true;
            int count = 0;
            for (SessionInfo session : broker.sessions()) {
                // without the name of a hub it is a session of this one: the other hubs may be well
                count += broker.disconnect(new SessionId(session.id().number())) ? 1 : 0;
            }
            LOG.warn("event=cluster.delivery.ended sessions={} maxPauseMillis={}", count, maxPause.toMillis());
        }
    }

    /** Stops the thread, and lets the delivery go on. */
    @Override
    public void close() {
        executor.shutdownNow();
        boolean interrupted = false;
        try {
            executor.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS); // a check could pause once more
        } catch (InterruptedException e) {
            interrupted = true;
        }
        broker.pause(false);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
