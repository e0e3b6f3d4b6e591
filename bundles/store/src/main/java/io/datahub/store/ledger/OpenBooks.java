package io.datahub.store.ledger;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The books, kept open: when the disk fails they are given up, and the next use opens them again, at most once a second.
 * For any thread.
 */
final class OpenBooks {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");
    private static final long REOPEN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Path file;
    private final Supplier<LedgerSettings> settings;
    private final ReentrantLock lock;
    private final Head head;

    /** Written under the lock. */
    private volatile Books books;

    /** Why the books can't be used; null while they can. Written under the lock. */
    private volatile Throwable failure;

    /** Told, outside the lock, when the books were opened again. */
    private volatile Runnable reopened = () -> {};

    // Guarded by the lock.
    private boolean closed;
    private long failedAt;

    /** @param lock guards the books; it is the one under which they are written */
    OpenBooks(Path file, Supplier<LedgerSettings> settings, ReentrantLock lock, Head head) throws IOException {
        this.file = file;
        this.settings = settings;
        this.lock = lock;
        this.head = head;
        books = Books.open(file, settings.get().cacheMiB(), false);
        head.move(books.epoch, books.sequence);
    }

    /** Says what to do once the books were opened again after a failure. */
    void onReopened(Runnable action) {
        reopened = action;
    }

    /** Why the books can't be used at present; empty while they can. */
    Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    /** Whether these are the books in use, and usable. */
    boolean isUsable(Books open) {
        return open == books && failure == null;
    }

    /** The books as they are, usable or not. */
    Books present() {
        return books;
    }

    /** The books, opened again if need be. */
    Books get() throws IOException {
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
            if (closed || System.nanoTime() - failedAt < REOPEN_NANOS) {
                throw unusable(failure);
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

    /** Gives the books up for now, after they threw this; false if that is known already. */
    boolean giveUp(Books open, RuntimeException cause) {
        lock.lock();
        try {
            if (closed || !isUsable(open)) {
                return false;
            }
            failure = cause;
            failedAt = System.nanoTime();
        } finally {
            lock.unlock();
        }
        LOG.error("event=state-failed file={} cure=\"free or repair the disk; the hub tries again\"", file, cause);
        return true;
    }

    static IOException unusable(Throwable cause) {
        return new IOException("the hub's state can't be used: " + cause.getMessage(), cause);
    }

    void close() {
        end();
        try {
            books.close();
        } catch (RuntimeException e) {
            LOG.warn("event=state-close-failed file={}", file, e);
        }
    }

    /** Leaves the file as a killed process would. */
    void abandon() {
        end();
        books.abandon();
    }

    private void end() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
    }
}
