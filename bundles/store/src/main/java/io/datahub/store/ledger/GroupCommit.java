package io.datahub.store.ledger;

import io.datahub.api.record.Change;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
 * small writes cost few flushes, and whatever was announced lasts.
 *
 * <p>When the disk fails, everything that waits fails, and the next use opens the file again, at most once a second.
 */
final class GroupCommit implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");
    private static final long REOPEN_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Path file;
    private final Supplier<LedgerSettings> settings;
    private final Consumer<Change> herald;
    private final Head head = new Head();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition entered = lock.newCondition();
    private final Thread writer;

    /** Written under the lock. */
    private volatile Books books;

    /** Why the books can't be used; null while they can. Written under the lock. */
    private volatile Throwable failure;

    /** Told, outside the lock, when the books were opened again. */
    private volatile Runnable reopened = () -> {};

    // All guarded by the lock.
    private List<Ticket<?>> tickets = new ArrayList<>();
    private List<Change> changes = new ArrayList<>();
    private boolean stopped;
    private long failedAt;

    /**
     * @param herald is given each change, in order and from one thread, once it lasts
     * @throws IOException if the file is in use, can't be written, or the disk fails
     */
    GroupCommit(Path file, Supplier<LedgerSettings> settings, Consumer<Change> herald) throws IOException {
        this.file = file;
        this.settings = settings;
        this.herald = herald;
        books = Books.open(file, settings.get().cacheMiB(), false);
        head.move(books.epoch, books.sequence);
        writer = new Thread(this::write, "datahub-store-ledger");
        writer.start();
    }

    /** Says what to do once the books were opened again after a failure. */
    void onReopened(Runnable action) {
        reopened = action;
    }

    Head head() {
        return head;
    }

    /** Why the state can't be used at present; empty while it can. */
    Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    /** Enters work, which must be quick; it lasts, and its changes are announced, when the ticket has been waited for. */
    <T> Ticket<T> submit(Function<Transaction, T> work) throws IOException {
        Books open = open();
        lock.lock();
        try {
            if (stopped) {
                throw new IOException("the store is stopping; try again");
            }
            if (open != books || failure != null) {
                throw new IOException("the hub's state can't be written at present; try again");
            }
            Transaction transaction = new Transaction(open, settings.get().source());
            Ticket<T> ticket = new Ticket<>(work.apply(transaction));
            changes.addAll(transaction.changes());
            tickets.add(ticket);
            entered.signal();
            return ticket;
        } catch (RuntimeException e) {
            throw failed(open, e);
        } finally {
            lock.unlock();
        }
    }

    private void write() {
        boolean more = true;
        while (more) {
            more = round();
        }
    }

    /** Writes, flushes and announces what has been entered; false when there will be no more. */
    private boolean round() {
        List<Ticket<?>> batch;
        List<Change> news;
        Books open;
        lock.lock();
        try {
            waitForWork();
            if (tickets.isEmpty() && stopped) {
                return false;
            }
            open = books;
            batch = tickets;
            news = changes;
            tickets = new ArrayList<>();
            changes = new ArrayList<>();
            if (failure == null) {
                tidy(open, batch.isEmpty());
                commit(open, batch);
            }
        } finally {
            lock.unlock();
        }
        announce(open, batch, news);
        return true;
    }

    private void waitForWork() {
        try {
            long left = IDLE_NANOS;
            while (tickets.isEmpty() && !stopped && left > 0) {
                left = entered.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            LOG.warn("event=ledger-interrupted");
        }
    }

    private void tidy(Books open, boolean idle) {
        try {
            LedgerSettings present = settings.get();
            boolean trimmed = Trimming.trim(open, present.keepFor(), present.maxJournalBytes());
            if (idle && (trimmed || open.compact())) {
                open.commit();
                open.sync();
            }
        } catch (RuntimeException e) {
            failed(open, e);
        }
    }

    private void commit(Books open, List<Ticket<?>> batch) {
        if (!batch.isEmpty() && failure == null) {
            try {
                open.commit();
            } catch (RuntimeException e) {
                failed(open, e);
            }
        }
    }

    private void announce(Books open, List<Ticket<?>> batch, List<Change> news) {
        Throwable cause = failure;
        if (cause == null && !batch.isEmpty()) {
            try {
                open.sync();
            } catch (RuntimeException e) {
                failed(open, e);
                cause = e;
            }
        }
        if (cause != null) {
            for (Ticket<?> ticket : batch) {
                ticket.failed(cause);
            }
            return;
        }
        for (Change change : news) {
            head.move(open.epoch, change.cursor().sequence());
            tell(change);
        }
        batch.forEach(Ticket::done);
    }

    private void tell(Change change) {
        try {
            herald.accept(change);
        } catch (RuntimeException | LinkageError e) {
            LOG.error("event=announcement-failed topic=\"{}\" sequence={}", change.topic(), change.cursor(), e);
        }
    }

    /** The books, opened again if need be. */
    Books open() throws IOException {
        if (failure != null) {
            reopen();
        }
        return books;
    }

    private void reopen() throws IOException {
        lock.lock();
        try {
            if (failure == null) {
                return;
            }
            if (stopped || System.nanoTime() - failedAt < REOPEN_NANOS) {
                throw new IOException("the hub's state can't be used: " + failure.getMessage(), failure);
            }
            failedAt = System.nanoTime();
            books.abandon();
            books = Books.open(file, settings.get().cacheMiB(), Books.isDamage(failure));
            head.move(books.epoch, books.sequence);
            failure = null;
            LOG.info("event=state-reopened file={} sequence={}", file, books.sequence);
        } finally {
            lock.unlock();
        }
        reopened.run();
    }

    /** Gives the books up for now, after they threw this. */
    IOException failed(Books open, RuntimeException cause) {
        lock.lock();
        try {
            if (open == books && failure == null && !stopped) {
                failure = cause;
                failedAt = System.nanoTime();
                LOG.error(
                        "event=state-failed file={} cure=\"free or repair the disk; the hub tries again\"",
                        file,
                        cause);
                tickets.forEach(ticket -> ticket.failed(cause));
                tickets = new ArrayList<>();
                changes = new ArrayList<>();
            }
        } finally {
            lock.unlock();
        }
        return new IOException("the hub's state can't be used: " + cause.getMessage(), cause);
    }

    /** Finishes what was entered and closes the file. */
    @Override
    public void close() {
        stop();
        try {
            books.close();
        } catch (RuntimeException e) {
            LOG.warn("event=state-close-failed file={}", file, e);
        }
    }

    /** Leaves the file as a killed process would. */
    void abandon() {
        lock.lock();
        try {
            stopped = true;
            tickets = new ArrayList<>();
            changes = new ArrayList<>();
            books.abandon();
            entered.signal();
        } finally {
            lock.unlock();
        }
        join();
    }

    private void stop() {
        lock.lock();
        try {
            stopped = true;
            entered.signal();
        } finally {
            lock.unlock();
        }
        join();
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
