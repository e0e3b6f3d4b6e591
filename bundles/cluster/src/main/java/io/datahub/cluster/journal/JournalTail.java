package io.datahub.cluster.journal;

import io.datahub.api.cluster.LedgerEntry;
import io.datahub.api.cluster.LedgerEvent;
import io.datahub.api.cluster.LedgerEvents;
import io.datahub.api.cluster.LedgerJournal;
import io.datahub.api.log.LogLimit;
import io.datahub.api.log.LogText;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeListener;
import io.datahub.cluster.engine.NotAnnouncedException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the journal on a thread of its own: reads what is new, has it confirmed, and announces each entry once and in
 * order, whichever hub has committed it. It looks every tenth of a second, at once when this hub has committed, and within
 * a hundredth when another one says that there is something. Thread-safe.
 */
public final class JournalTail implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(JournalTail.class);

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** While other hubs commit one batch after the other, those of so long share what they cost this hub and the ledger. */
    private static final long POKED_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final Duration RENEW_AFTER = Duration.ofMillis(300);
    private static final long MAX_WAIT_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int PAGE = 1_000;
    private static final int RECENT = 1 << 11;

    private final LedgerJournal journal;
    private final Confirmation confirmation;
    private final Freshness freshness;
    private final EntryChanges changes;
    private final Preparation preparation;
    private final ChangeListener listener;
    private final KeptEvents kept;
    private volatile Runnable advanced = () -> {};
    private final LogLimit failureLog = new LogLimit(5, Duration.ofMinutes(1));
    private final Thread thread = new Thread(this::run, "datahub-cluster-tail");

    /** The changes that were announced last, by number. */
    private final AtomicReferenceArray<Announced> recent = new AtomicReferenceArray<>(RECENT);

    /** Written by the thread only, under this object's monitor. */
    private volatile long announced;

    /** What the history has: what was announced, and what is being announced. Written by the thread only. */
    private volatile long readable;

    private volatile Optional<IOException> failure = Optional.empty();

    // Guarded by this.
    private boolean poked;
    private boolean closed;

    /**
     * A change that was announced.
     *
     * @param finished when all listeners have finished
     */
    private record Announced(Change change, CompletionStage<Void> finished) {}

    /** What has to be done before a change is announced. */
    @FunctionalInterface
    public interface Preparation {

        /**
         * Does it, or again what it has done before.
         *
         * @throws IOException if it can't be done now: the change isn't announced yet, and the view gets older
         */
        void prepare(LedgerEntry entry) throws IOException;
    }

    /** Kept events, which have numbers between those of entries. */
    public interface KeptEvents {

        /** Reads events, as {@link LedgerEvents#read}. */
        LedgerEvents.Page read(long after, long upTo) throws IOException;

        /**
         * Delivers an event at this hub.
         *
         * @throws IOException if it can't be read now: it isn't delivered yet, and the view gets older
         */
        void deliver(LedgerEvent event) throws IOException;

        /** Everything up to a number is announced or delivered. Called repeatedly, also with the same number. */
        void delivered(long number);
    }

    /**
     * Begins after what is confirmed by now.
     *
     * @param preparation done before each change is announced
     * @param listener notified of each change
     * @param kept read and delivered where numbers of entries have gaps
     */
    public JournalTail(
            LedgerJournal journal,
            Confirmation confirmation,
            Freshness freshness,
            EntryChanges changes,
            Preparation preparation,
            ChangeListener listener,
            KeptEvents kept) {
        this.journal = journal;
        this.confirmation = confirmation;
        this.freshness = freshness;
        this.changes = changes;
        this.preparation = preparation;
        this.listener = listener;
        this.kept = kept;
        announced = confirmation.confirmed();
        readable = announced;
    }

    /** Starts to follow. */
    public void start() {
        thread.start();
    }

    /** Sets what is run, on the thread, after something was announced. */
    public void onAdvanced(Runnable action) {
        advanced = action;
    }

    /** The number of the last entry that was announced. */
    public long announced() {
        return announced;
    }

    /**
     * The number of the last entry or event that may be read. It is set before that is announced: whoever subscribes while
     * it is announced, too late to get it live, finds it in the history.
     */
    public long readable() {
        return readable;
    }

    /** Why the journal can't be followed at present; empty if it can. */
    public Optional<IOException> failure() {
        return failure;
    }

    /** Another hub says that there is something new, up to a number. */
    public synchronized void poke(long number) {
        if (number > confirmation.confirmed()) {
            poked = true;
            notifyAll();
        }
    }

    /** More is confirmed than was announced. */
    public synchronized void wake() {
        notifyAll();
    }

    private void run() {
        long polled = System.nanoTime() - POLL_NANOS;
        while (awaitWork(polled)) {
            long before = announced;
            try {
                announceConfirmed();
                long now = System.nanoTime();
                if (now - polled >= pause()) {
                    polled = now;
                    poll(now, takePoke());
                }
                failure = Optional.empty();
            } catch (IOException e) {
                failed(e);
            } catch (RuntimeException | LinkageError e) {
                failed(new IOException("the journal can't be announced: " + e, e));
            }
            reportAdvanced(before);
            if (failure.isPresent()) { // not at once, whoever calls
                takePoke();
                polled = System.nanoTime();
            }
        }
    }

    private void reportAdvanced(long before) {
        try {
            kept.delivered(announced);
            if (announced > before) {
                advanced.run();
            }
        } catch (RuntimeException | LinkageError e) {
            LOG.error("event=cluster.tail.waiter.failed announced={}", announced, e);
        }
    }

    private void failed(IOException e) {
        failure = Optional.of(e);
        LogLimit.Decision decision = failureLog.next();
        if (decision.mayWrite()) {
            LOG.warn(
                    "event=cluster.tail.failed announced={} reason={} suppressed={}",
                    announced,
                    LogText.quoted(e),
                    decision.suppressed());
            LOG.debug("event=cluster.tail.failed", e);
        }
    }

    /** Waits until there is something to do; false if this is closed. */
    private synchronized boolean awaitWork(long polled) {
        try {
            while (!closed && (failure.isPresent() || confirmation.confirmed() <= announced)) {
                long left = polled + pause() - System.nanoTime();
                if (left <= 0) {
                    break;
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
            return !closed;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** How long after the last look the next one is due. */
    private synchronized long pause() {
        return poked ? POKED_NANOS : POLL_NANOS;
    }

    private synchronized boolean takePoke() {
        boolean was = poked;
        poked = false;
        return was;
    }

    /** @param isPoked whether there certainly is something new, which then needn't be looked for before it is confirmed */
    private void poll(long now, boolean isPoked) throws IOException {
        if (!isPoked) {
            confirmation.await(journal.head().newest());
        }
        if (isPoked || confirmation.age().compareTo(RENEW_AFTER) > 0) {
            confirmation.renew();
        }
        long provenAt = confirmation.provenAt();
        announceConfirmed();
        freshness.viewed(Math.min(now, provenAt));
    }

    private void announceConfirmed() throws IOException {
        long end = confirmation.confirmed();
        while (announced < end) {
            LedgerJournal.Page page = journal.read(announced, end, "", PAGE);
            if (page.head().oldest() > announced) {
                LOG.error(
                        "event=cluster.tail.trimmed announced={} oldest={} consequence=\"the changes between were never"
                                + " announced by this hub\"",
                        announced,
                        page.head().oldest());
                advance(page.head().oldest());
                continue;
            }
            if (page.next() <= announced) {
                throw new IOException("the journal has no entry after " + announced + ", although it goes to " + end);
            }
            boolean hasGap = page.entries().size() < page.next() - announced;
            LedgerEvents.Page events =
                    hasGap ? kept.read(announced, page.next()) : new LedgerEvents.Page(List.of(), page.next());
            for (LedgerEntry entry : page.entries()) {
                deliverUpTo(entry.number(), events);
                if (entry.number() > events.next()) {
                    break;
                }
                preparation.prepare(entry);
                Change change = changes.of(entry);
                readable = entry.number();
                recent.set((int) (entry.number() % RECENT), new Announced(change, listener.changed(change)));
                advance(entry.number());
            }
            deliverUpTo(events.next(), events);
            advance(events.next()); // also over entries of kinds that only later versions know
        }
    }

    /** Delivers the kept events up to a number that weren't delivered yet. */
    private void deliverUpTo(long number, LedgerEvents.Page events) throws IOException {
        for (LedgerEvent event : events.events()) {
            if (event.number() > announced && event.number() <= number) {
                readable = event.number();
                kept.deliver(event);
                advance(event.number());
            }
        }
    }

    private synchronized void advance(long number) {
        readable = number;
        announced = number;
        notifyAll();
    }

    /**
     * Waits until entries that this hub has committed are announced, and their listeners have finished.
     *
     * @param first the number of the first
     * @param count how many
     * @throws NotAnnouncedException if they can't be announced within some seconds; they are committed nevertheless
     * @throws IOException if they can't be read; likewise
     */
    public List<Change> await(long first, int count) throws IOException {
        long last = first + count - 1;
        awaitAnnounced(last);
        List<Change> found = new ArrayList<>(count);
        for (long number = first; number <= last; number++) {
            Announced one = recent.get((int) (number % RECENT));
            if (one == null || one.change().cursor().sequence() != number) {
                readAnnounced(found, number, last);
                break;
            }
            one.finished().toCompletableFuture().join();
            found.add(one.change());
        }
        return found;
    }

    private void readAnnounced(List<Change> found, long first, long last) throws IOException {
        try {
            readInto(found, first, last);
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            NotAnnouncedException committed =
                    new NotAnnouncedException("entry " + last + " is committed, but can't be read: " + e.getMessage());
            committed.initCause(e);
            throw committed;
        }
    }

    private void readInto(List<Change> found, long first, long last) throws IOException {
        long after = first - 1;
        while (after < last) {
            LedgerJournal.Page page = journal.read(after, last, "", PAGE);
            page.entries().forEach(entry -> found.add(changes.of(entry)));
            if (page.next() <= after) {
                throw new IOException("the journal no longer has entry " + (after + 1));
            }
            after = page.next();
        }
    }

    private synchronized void awaitAnnounced(long number) throws IOException {
        long deadline = System.nanoTime() + MAX_WAIT_NANOS;
        while (announced < number) {
            long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (millis <= 0 || closed) {
                throw new NotAnnouncedException(
                        "entry " + number + " is committed, but this hub can't announce it yet");
            }
            try {
                wait(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted after entry " + number + " was committed");
            }
        }
    }

    /** Stops the thread. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
                break;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
