package io.datahub.cluster.journal;

import io.datahub.api.cluster.LedgerHub;
import io.datahub.api.cluster.LedgerHubs;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/**
 * How far this hub knows the journal for certain, and since when. What another hub has committed can be read before it is
 * replicated, and a failover could undo it; only a commit of our own, after it was read, proves that it stays. Nothing is
 * shown or announced before that. Thread-safe.
 */
public final class Confirmation {

    private final LedgerHubs hubs;
    private final LongFunction<LedgerHub> self;
    private final LongSupplier clock;

    /** Held while the ledger is asked, so that whoever waits meanwhile shares the answer. */
    private final Object barrier = new Object();

    private final AtomicLong confirmed = new AtomicLong();
    private volatile long provenAt;

    /** The last attempt that failed. Guarded by the barrier. */
    private Optional<Failure> lastFailure = Optional.empty();

    private record Failure(IOException cause, long ended) {}

    /**
     * Asks the ledger for the first time.
     *
     * @param self this hub, with the number up to which it has read the journal
     * @param clock nanoseconds that only grow, as {@link System#nanoTime}
     */
    public Confirmation(LedgerHubs hubs, LongFunction<LedgerHub> self, LongSupplier clock, long newest)
            throws IOException {
        this.hubs = hubs;
        this.self = self;
        this.clock = clock;
        renew(newest);
    }

    /** The number up to which the journal is certain. */
    public long confirmed() {
        return confirmed.get();
    }

    /**
     * Waits until the journal is certain up to a number that was read. Whoever has waited while somebody else's attempt
     * failed shares its failure, so that nobody waits for more than two attempts.
     */
    public void await(long number) throws IOException {
        if (number <= confirmed.get()) {
            return;
        }
        long arrived = clock.getAsLong();
        synchronized (barrier) {
            if (number <= confirmed.get()) {
                return;
            }
            if (lastFailure.isPresent() && lastFailure.get().ended() - arrived > 0) {
                throw new IOException(
                        lastFailure.get().cause().getMessage(),
                        lastFailure.get().cause());
            }
            renew(number);
        }
    }

    /** Proves that the ledger still is the one that counts, and that what it has by now stays. */
    void renew() throws IOException {
        renew(confirmed.get());
    }

    /** Proves it, and that its journal has the number that was read. */
    private void renew(long read) throws IOException {
        synchronized (barrier) {
            long began = clock.getAsLong();
            try {
                proven(hubs.confirm(self.apply(read)));
            } catch (IOException e) {
                lastFailure = Optional.of(new Failure(e, clock.getAsLong()));
                throw e;
            }
            lastFailure = Optional.empty();
            provenAt = began;
        }
    }

    /** A commit has proved that the journal is certain up to a number. */
    public void proven(long number) {
        confirmed.accumulateAndGet(number, Math::max);
    }

    /** How long ago the ledger has proved for the last time that it is the one that counts. */
    Duration age() {
        return Duration.ofNanos(clock.getAsLong() - provenAt);
    }

    /** When that was, in nanoseconds of the clock. */
    long provenAt() {
        return provenAt;
    }
}
