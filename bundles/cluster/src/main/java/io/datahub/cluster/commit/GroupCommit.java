package io.datahub.cluster.commit;

import io.datahub.api.cluster.Attempt;
import io.datahub.api.cluster.LedgerRecords;
import io.datahub.api.cluster.Operation;
import io.datahub.api.cluster.Outcome;
import io.datahub.api.cluster.UnknownFateException;
import io.datahub.api.log.LogText;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends attempts to the ledger on a thread of its own, one batch after the other: while one is under way the next one
 * collects, so that under load many share a round trip and a flush. A batch of unknown fate is asked again, with the same
 * identifiers, until the ledger answers; whoever waits for it is told after a while that its fate is unknown. Since the
 * author may have made the change elsewhere by then, it is withdrawn: if the ledger hasn't decided it yet, it never makes
 * it. One that certainly wasn't decided is sent again for some seconds, as long as a failover takes, and then refused.
 * Thread-safe.
 */
public final class GroupCommit implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);

    private static final Duration MAX_QUEUED = Duration.ofSeconds(5);
    private static final Duration MAX_SENT = Duration.ofSeconds(10);
    private static final long MAX_ASKED_NANOS = Attempt.REMEMBERED.dividedBy(2).toNanos();
    private static final long FIRST_PAUSE_MILLIS = 20;
    private static final long LAST_PAUSE_MILLIS = 500;

    private final LedgerRecords records;
    private final LongConsumer committed;
    private final LinkedBlockingQueue<Pending> queue = new LinkedBlockingQueue<>();
    private final LongAdder attempts = new LongAdder();
    private final LongAdder batches = new LongAdder();
    private final AtomicLong unknown = new AtomicLong();
    private final Thread thread = new Thread(this::run, "datahub-cluster-commit");
    private volatile boolean closed;

    /** An attempt whose author waits, until it is withdrawn. */
    private static final class Pending {

        private final Attempt attempt;
        private final CompletableFuture<Outcome> answer = new CompletableFuture<>();
        private volatile boolean isWithdrawn;

        Pending(Attempt attempt) {
            this.attempt = attempt;
        }

        /** What the ledger is asked: once it is withdrawn, the same identifier with what the ledger always refuses. */
        Attempt toSend() {
            return isWithdrawn
                    ? new Attempt(
                            attempt.id(),
                            attempt.user(),
                            List.of(new Operation.EndDraft(attempt.id().toString(), 0, Optional.empty())),
                            List.of())
                    : attempt;
        }

        CompletableFuture<Outcome> answer() {
            return answer;
        }
    }

    /** @param committed called, on the thread, with the number up to which a batch has confirmed the journal */
    public GroupCommit(LedgerRecords records, LongConsumer committed) {
        this.records = records;
        this.committed = committed;
        thread.start();
    }

    /**
     * Has an attempt decided.
     *
     * @throws UnknownFateException if it isn't known yet whether it was made
     * @throws IOException if the ledger is unreachable, and it was not made
     */
    public Outcome commit(Attempt attempt) throws IOException {
        return commitAll(List.of(attempt)).get(0);
    }

    /** Has several attempts decided, each on its own; the exceptions are those of the first that has one. */
    public List<Outcome> commitAll(List<Attempt> all) throws IOException {
        List<Pending> pending = new ArrayList<>();
        for (Attempt attempt : all) {
            Pending one = new Pending(attempt);
            pending.add(one);
            queue.add(one);
        }
        if (closed) {
            refuseQueued();
        }
        List<Outcome> outcomes = new ArrayList<>();
        for (Pending one : pending) {
            outcomes.add(await(one));
        }
        return outcomes;
    }

    private Outcome await(Pending one) throws IOException {
        try {
            return get(one, MAX_QUEUED);
        } catch (TimeoutException e) {
            if (queue.remove(one)) {
                throw new IOException("the ledger doesn't answer", e);
            }
        }
        try {
            return get(one, MAX_SENT.minus(MAX_QUEUED));
        } catch (TimeoutException e) {
            one.isWithdrawn = true;
            throw new UnknownFateException("the ledger hasn't answered yet whether it was committed", e);
        }
    }

    private static Outcome get(Pending one, Duration time) throws IOException, TimeoutException {
        try {
            return one.answer().get(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw cause instanceof UnknownFateException
                    ? new UnknownFateException(cause.getMessage(), cause)
                    : new IOException(cause.getMessage(), cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while it was committed");
        }
    }

    private void run() {
        List<Pending> batch = new ArrayList<>();
        while (!closed) {
            try {
                batch.add(queue.take());
                queue.drainTo(batch, LedgerRecords.MAX_ATTEMPTS - 1);
                decide(batch);
            } catch (InterruptedException e) {
                batch.forEach(one -> one.answer()
                        .completeExceptionally(new UnknownFateException("the hub stopped while it was committed", e)));
                break;
            } catch (RuntimeException | LinkageError e) {
                unknown.set(0);
                LOG.error("event=cluster.commit.failed attempts={}", batch.size(), e);
                batch.forEach(one -> one.answer()
                        .completeExceptionally(new UnknownFateException("the ledger failed: " + e.getMessage(), e)));
            }
            batch.clear();
        }
        refuseQueued();
    }

    private void refuseQueued() {
        List<Pending> left = new ArrayList<>();
        queue.drainTo(left);
        left.forEach(one -> one.answer().completeExceptionally(new IOException("the hub is stopping")));
    }

    private void decide(List<Pending> batch) throws InterruptedException {
        long began = System.nanoTime();
        boolean isUnknown = false;
        long pause = FIRST_PAUSE_MILLIS;
        while (true) {
            long left = (isUnknown ? MAX_ASKED_NANOS : MAX_QUEUED.toNanos()) - (System.nanoTime() - began);
            try {
                List<Outcome> outcomes =
                        records.commit(batch.stream().map(Pending::toSend).toList());
                answer(batch, outcomes);
                if (isUnknown) {
                    LOG.info("event=cluster.commit.known attempts={}", batch.size());
                    unknown.set(0);
                }
                return;
            } catch (UnknownFateException e) {
                if (!isUnknown) {
                    isUnknown = true;
                    unknown.set(batch.size());
                    LOG.warn("event=cluster.commit.unknown attempts={} reason={}", batch.size(), LogText.quoted(e));
                }
            } catch (IOException e) {
                if (left <= 0) {
                    unknown.set(0);
                    IOException failure = isUnknown ? new UnknownFateException(e.getMessage(), e) : e;
                    batch.forEach(one -> one.answer().completeExceptionally(failure));
                    LOG.warn("event=cluster.commit.refused attempts={} reason={}", batch.size(), LogText.quoted(e));
                    return;
                }
            }
            if (closed) {
                throw new InterruptedException("closed");
            }
            TimeUnit.MILLISECONDS.sleep(pause);
            pause = Math.min(LAST_PAUSE_MILLIS, 2 * pause);
        }
    }

    private void answer(List<Pending> batch, List<Outcome> outcomes) {
        attempts.add(batch.size());
        batches.increment();
        long last = 0;
        for (Outcome outcome : outcomes) {
            if (outcome instanceof Outcome.Committed done) {
                last = Math.max(last, done.last());
            }
        }
        if (last > 0) {
            committed.accept(last);
        }
        for (int i = 0; i < batch.size(); i++) {
            batch.get(i).answer().complete(outcomes.get(i));
        }
    }

    /** The number of attempts that were decided so far. */
    public long attempts() {
        return attempts.sum();
    }

    /** The number of batches that were decided so far. */
    public long batches() {
        return batches.sum();
    }

    /** The number of attempts whose fate is unknown at present. */
    public long unknown() {
        return unknown.get();
    }

    /** Refuses what waits, and stops the thread. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        boolean interrupted = false;
        try {
            thread.join(MAX_SENT.toMillis());
        } catch (InterruptedException e) {
            interrupted = true;
        }
        refuseQueued();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
