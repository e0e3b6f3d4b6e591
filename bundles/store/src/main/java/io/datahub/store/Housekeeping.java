package io.datahub.store;

import io.datahub.api.log.LogText;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the periodic cleanup of the store on its own thread, every five seconds, and retries what the disk refused every
 * second.
 */
final class Housekeeping implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
    private static final int PERIOD_SECONDS = 5;

    private final Store store;
    private final ScheduledExecutorService executor =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "datahub-store-housekeeping"));

    @SuppressWarnings("FutureReturnValueIgnored") // both tasks catch their exceptions
    Housekeeping(Store store) {
        this.store = store;
        executor.scheduleWithFixedDelay(this::cleanUp, PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
        executor.scheduleWithFixedDelay(this::retryPostponed, 1, 1, TimeUnit.SECONDS);
    }

    private void cleanUp() {
        try {
            store.deleteExpired(Instant.now());
        } catch (IOException | RuntimeException e) {
            LOG.warn("event=store.cleanup.failed reason={}", LogText.quoted(e), e);
        }
    }

    private void retryPostponed() {
        try {
            store.retryPostponed();
        } catch (IOException | RuntimeException e) {
            LOG.debug("event=store.retry.failed", e);
        }
    }

    /** Stops the thread, after waiting for a running task. */
    @Override
    public void close() {
        executor.shutdown();
        boolean interrupted = false;
        try {
            while (!executor.awaitTermination(1, TimeUnit.MINUTES)) {
                LOG.warn("event=store.housekeeping.stop-delayed");
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
