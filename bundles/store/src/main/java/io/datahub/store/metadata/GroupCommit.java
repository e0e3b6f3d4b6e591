package io.datahub.store.metadata;

import io.datahub.api.record.Change;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes to the books. Writers enter their work under one lock; a thread of its own writes the work of all who came
 * meanwhile with one flush, announces its changes in the order of their sequence and then lets the writers go on. So many
 * small writes cost few flushes, and whatever was announced lasts. When the disk fails, everything that waits fails.
 */
final class GroupCommit implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How long work that nobody waits for may wait for more; each commit writes whole pages, however little is new. */
    private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** It waits longer, so many times what the last flush took, where flushes take long: they hold up whoever writes files. */
    private static final int GATHER_FLUSHES = 3;

    private static final long MAX_GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private final Path file;
    private final Supplier<LedgerSettings> settings;
    private final JournalHead head = new JournalHead();
    private final Usage usage = new Usage();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition entered = lock.newCondition();
    private final DatabaseHandle books;
    private final ChangePublisher announcement;
    private final Thread writer;

    /** How long the last flush took; used by the writer alone. */
    private long flushNanos;

    // All guarded by the lock.
    private List<CommitFuture<?>> tickets = new ArrayList<>();
    private List<Change> changes = new ArrayList<>();
    private boolean wanted;
    private final Compaction compaction = new Compaction();
    private boolean stopped;
    private long trimmedAt = System.nanoTime();

    /**
     * @param herald is given each change, in order and from one thread, once it lasts
     * @throws IOException if the file is in use, can't be written, or the disk fails
     */
    GroupCommit(Path file, Supplier<LedgerSettings> settings, Consumer<Change> herald) throws IOException {
        this.file = file;
        this.settings = settings;
        AnnouncedWatermark announced = new AnnouncedWatermark(file.resolveSibling("announced"));
        books = new DatabaseHandle(file, settings, lock, head, epoch -> reached(announced, epoch), usage::recount);
        announcement = new ChangePublisher(announced, books.present(), herald);
        writer = new Thread(this::write, "datahub-store-ledger");
        writer.start();
    }

    private static long reached(AnnouncedWatermark announced, String epoch) {
        try {
            return announced.atLeast(epoch).orElse(0);
        } catch (IOException e) {
            LOG.debug("event=announced-unread", e);
            return 0;
        }
    }

    JournalHead head() {
        return head;
    }

    /** Says that clients are back, so that what a killed hub left unannounced is announced within a second. */
    void announcePending() {
        announcement.due();
    }

    DatabaseHandle books() {
        return books;
    }

    Usage usage() {
        return usage;
    }

    /** Counts what lies below these prefixes, while nobody writes. */
    void measure(List<String> prefixes) throws IOException {
        MetadataDatabase open = books.get();
        lock.lock();
        try {
            usage.count(prefixes, open);
        } catch (RuntimeException e) {
            throw failed(open, e);
        } finally {
            lock.unlock();
        }
    }

    /** Enters work, which must be quick; it lasts, and its changes are announced, when the ticket has been waited for. */
    <T> CommitFuture<T> submit(Function<Transaction, T> work) throws IOException {
        MetadataDatabase open = books.get();
        lock.lock();
        try {
            if (stopped) {
                throw new IOException("the store is stopping; try again");
            }
            if (!books.isUsable(open)) {
                throw new IOException("the hub's state can't be written at present; try again");
            }
            Transaction transaction = new Transaction(open, settings.get().source(), usage);
            CommitFuture<T> ticket = new CommitFuture<>(carryOut(work, transaction), this::want);
            changes.addAll(transaction.changes());
            tickets.add(ticket);
            if (tickets.size() == 1) {
                entered.signal();
            }
            return ticket;
        } catch (RuntimeException e) {
            throw failed(open, e);
        } finally {
            lock.unlock();
        }
    }

    private <T> T carryOut(Function<Transaction, T> work, Transaction transaction) {
        synchronized (usage) {
            return work.apply(transaction);
        }
    }

    /** Says that somebody waits. */
    private void want() {
        lock.lock();
        try {
            wanted = true;
            entered.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Copies the file with everything that was entered; it is then what a killed process would leave. */
    void copyTo(Path target) throws IOException {
        MetadataDatabase open = books.get();
        lock.lock();
        try {
            open.commit();
            open.sync();
            Files.copy(file, target);
        } catch (RuntimeException e) {
            throw failed(open, e);
        } finally {
            lock.unlock();
        }
    }

    /** Gives up the books, which threw this, and everything that was entered and doesn't last. */
    IOException failed(MetadataDatabase open, Throwable cause) {
        lock.lock();
        try {
            if (books.giveUp(open, cause)) {
                tickets.forEach(ticket -> ticket.failed(cause));
                tickets = new ArrayList<>();
                changes = new ArrayList<>();
            }
        } finally {
            lock.unlock();
        }
        return DatabaseHandle.unusable(cause);
    }

    private void write() {
        boolean more = true;
        while (more) {
            more = round();
        }
    }

    /** Writes, flushes and announces what has been entered; false when there will be no more. */
    private boolean round() {
        List<CommitFuture<?>> batch;
        List<Change> news;
        MetadataDatabase open;
        boolean written;
        lock.lock();
        try {
            awaitWork();
            if (tickets.isEmpty() && stopped) {
                return false;
            }
            open = books.present();
            batch = tickets;
            news = changes;
            tickets = new ArrayList<>();
            changes = new ArrayList<>();
            tidy(open, batch.isEmpty());
            written = commit(open, batch);
        } finally {
            lock.unlock();
        }
        finish(open, batch, news, written && sync(open));
        return true;
    }

    private void awaitWork() {
        try {
            long left = Math.min(IDLE_NANOS, compaction.restNanos());
            while (tickets.isEmpty() && !stopped && left > 0) {
                left = entered.awaitNanos(left);
            }
            left = Math.min(MAX_GATHER_NANOS, Math.max(GATHER_NANOS, GATHER_FLUSHES * flushNanos));
            while (!tickets.isEmpty() && !wanted && !stopped && left > 0) {
                left = entered.awaitNanos(left);
            }
            wanted = false;
        } catch (InterruptedException e) {
            LOG.warn("event=ledger-interrupted");
        }
    }

    private void tidy(MetadataDatabase open, boolean idle) {
        if (!books.isUsable(open)) {
            return;
        }
        try {
            boolean trimmed = trim(open);
            boolean moved = compaction.step(open, idle);
            if (idle && (trimmed || moved)) {
                open.commit();
                open.sync();
            }
        } catch (RuntimeException e) {
            failed(open, e);
        }
    }

    private boolean trim(MetadataDatabase open) {
        LedgerSettings present = settings.get();
        boolean trimmed = JournalRetention.bySize(open, present.maxJournalBytes());
        if (System.nanoTime() - trimmedAt >= IDLE_NANOS) {
            trimmedAt = System.nanoTime();
            trimmed |= JournalRetention.byAge(open, present.keepFor());
        }
        return trimmed;
    }

    private boolean commit(MetadataDatabase open, List<CommitFuture<?>> batch) {
        if (batch.isEmpty() || !books.isUsable(open)) {
            return false;
        }
        try {
            open.commit();
            return true;
        } catch (RuntimeException e) {
            failed(open, e);
            return false;
        }
    }

    private boolean sync(MetadataDatabase open) {
        long began = System.nanoTime();
        try {
            open.sync();
            flushNanos = System.nanoTime() - began;
            return true;
        } catch (RuntimeException e) {
            failed(open, e);
            return false;
        }
    }

    private void finish(MetadataDatabase open, List<CommitFuture<?>> batch, List<Change> news, boolean lasts) {
        if (batch.isEmpty() && books.isUsable(open)) {
            announcement.makeUp(open);
            return;
        }
        if (!lasts) {
            Throwable cause = books.failure().orElseGet(() -> new IOException("the state was opened anew"));
            batch.forEach(ticket -> ticket.failed(cause));
            return;
        }
        announcement.announce(open, news, head);
        batch.forEach(CommitFuture::done);
    }

    /** Finishes what was entered and closes the books. */
    @Override
    public void close() {
        stop(false);
        books.close();
    }

    /** Leaves the books as a killed process would. */
    void abandon() {
        stop(true);
    }

    private void stop(boolean abandon) {
        lock.lock();
        try {
            stopped = true;
            if (abandon) {
                tickets = new ArrayList<>();
                changes = new ArrayList<>();
                books.abandon();
            }
            entered.signal();
        } finally {
            lock.unlock();
        }
        join();
        announcement.close();
    }

    private void join() {
        boolean interrupted = false;
        while (true) {
            try {
                writer.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
