package io.datahub.cluster.sweep;

import io.datahub.api.Result;
import io.datahub.api.log.LogText;
import io.datahub.api.state.AdapterState;
import io.datahub.api.state.StateChange;
import io.datahub.api.state.StateEntry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the sweeps on a thread of its own, as long as this hub holds the lease for it. The lease is in the ledger; that of a
 * hub that is gone expires.
 */
public final class Sweeper implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);

    private static final String LEASE = "sweeper";
    private static final Duration LEASE_TIME = Duration.ofMinutes(2);
    private static final int PERIOD_SECONDS = 20;
    private static final long RENEW_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final AdapterState leases;
    private final String holder;
    private final List<Sweep> sweeps;
    private volatile long acquired = System.nanoTime() - RENEW_NANOS;
    private final ScheduledExecutorService executor =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "datahub-cluster-sweep"));

    /** Something that is swept. */
    public interface Sweep {

        /**
         * Deletes a part of what nobody needs any more.
         *
         * @param lease to be renewed at least before each batch
         */
        void run(Lease lease) throws IOException;
    }

    /** The right to sweep, which one hub has. */
    public interface Lease {

        /** Keeps the right, or returns false if another hub has it now. */
        boolean renew() throws IOException;
    }

    /** @param holder identifies this run of this hub */
    @SuppressWarnings("FutureReturnValueIgnored") // the task catches its exceptions
    public Sweeper(AdapterState leases, String holder, List<Sweep> sweeps) {
        this.leases = leases;
        this.holder = holder;
        this.sweeps = sweeps;
        executor.scheduleWithFixedDelay(this::runSafely, PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
    }

    private void runSafely() {
        try {
            if (acquire()) {
                sweeps.forEach(this::runSafely);
            }
        } catch (IOException | RuntimeException e) {
            failed(e);
        }
    }

    /** One that fails doesn't keep the others from running. */
    private void runSafely(Sweep sweep) {
        try {
            if (renew()) {
                sweep.run(this::renew);
            }
        } catch (IOException | RuntimeException e) {
            failed(e);
        }
    }

    private static void failed(Exception e) {
        LOG.warn("event=cluster.sweep.failed reason={}", LogText.quoted(e), e);
    }

    private boolean renew() throws IOException {
        return System.nanoTime() - acquired < RENEW_NANOS || acquire();
    }

    /** Takes or renews the lease; false if another hub has it. */
    boolean acquire() throws IOException {
        long began = System.nanoTime();
        Optional<StateEntry> present = leases.get(LEASE);
        if (present.isPresent() && !present.get().text().equals(holder)) {
            return false;
        }
        StateChange change = StateChange.put(LEASE, holder).expiringAfter(LEASE_TIME);
        Result<Long> taken = leases.update(
                List.of(present.isPresent() ? change.ifRevision(present.get().revision()) : change.ifAbsent()));
        if (!taken.isRefused()) {
            acquired = began;
        }
        return !taken.isRefused();
    }

    /** Stops the thread, after a sweep that is under way. */
    @Override
    public void close() {
        executor.shutdown();
        try {
            executor.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
