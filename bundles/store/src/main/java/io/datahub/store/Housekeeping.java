package io.datahub.store;

import io.datahub.store.record.RecordFiles;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the records tidied up, on a thread of its own, every few seconds. */
final class Housekeeping implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");
    private static final int SECONDS = 5;

    private final RecordFiles records;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "datahub-store-housekeeping"));

    @SuppressWarnings("FutureReturnValueIgnored") // both catch what they throw
    Housekeeping(RecordFiles records) {
        this.records = records;
        thread.scheduleWithFixedDelay(this::tidy, SECONDS, SECONDS, TimeUnit.SECONDS);
        thread.scheduleWithFixedDelay(this::makeUp, 1, 1, TimeUnit.SECONDS);
    }

    private void tidy() {
        try {
            records.tidy(Instant.now());
        } catch (IOException | RuntimeException e) {
            LOG.warn("event=not-tidied failure=\"{}\"", e.toString(), e);
        }
    }

    private void makeUp() {
        try {
            records.makeUp();
        } catch (IOException | RuntimeException e) {
            LOG.debug("event=not-made-up", e);
        }
    }

    /** Ends when what it is at is done. */
    @Override
    public void close() {
        thread.shutdown();
        boolean interrupted = false;
        try {
            while (!thread.awaitTermination(1, TimeUnit.MINUTES)) {
                LOG.warn("event=housekeeping-slow");
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
