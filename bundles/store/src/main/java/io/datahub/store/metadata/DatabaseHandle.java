package io.datahub.store.metadata;

import io.datahub.api.record.Cursor;
import io.datahub.store.disk.Disk;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The books, kept open: when the disk fails they are given up, and the next use opens them again, so that reading goes on
 * while nothing can be written. That is done a few times a second at most; who comes meanwhile waits. For any thread.
 */
final class DatabaseHandle {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");
    private static final long REOPEN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Path file;
    private final Supplier<LedgerSettings> settings;
    private final ReentrantLock lock;
    private final JournalHead head;
    private final Consumer<MetadataDatabase> opened;

    /** Written under the lock. */
    private volatile MetadataDatabase books;

    /** Why the books can't be used; null while they can. Written under the lock. */
    private volatile Throwable failure;

    /** Told, outside the lock, when the books were opened again. */
    private volatile Runnable reopened = () -> {};

    /** Told when they were given up for want of room. */
    private volatile Runnable full = () -> {};

    // Guarded by the lock.
    private boolean closed;
    private long reopenedAt = System.nanoTime() - REOPEN_NANOS;

    /**
     * @param lock guards the books; it is the one under which they are written
     * @param announced the number up to which an epoch was announced
     * @param opened is given the books whenever they were opened again, under the lock
     */
    DatabaseHandle(
            Path file,
            Supplier<LedgerSettings> settings,
            ReentrantLock lock,
            JournalHead head,
            ToLongFunction<String> announced,
            Consumer<MetadataDatabase> opened)
            throws IOException {
        this.file = file;
        this.settings = settings;
        this.lock = lock;
        this.head = head;
        this.opened = opened;
        books = MetadataDatabase.open(file, settings.get().cacheMiB(), Corruption.NONE, announced);
        head.move(books.epoch, books.sequence);
    }

    /** Says what to do once the books were opened again after a failure. */
    void onReopened(Runnable action) {
        reopened = action;
    }

    /** Says what to do when they can't be written for want of room, before they are opened again. */
    void onFull(Runnable action) {
        full = action;
    }

    /** Why the books can't be used at present; empty while they can. */
    Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    /** Whether these are the books in use, and usable. */
    boolean isUsable(MetadataDatabase open) {
        return open == books && failure == null;
    }

    /** The books as they are, usable or not. */
    MetadataDatabase present() {
        return books;
    }

    /** The books, opened again if need be. */
    MetadataDatabase get() throws IOException {
        for (long wait = reopen(); wait > 0; wait = reopen()) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("interrupted while the hub's state was away");
            }
            LockSupport.parkNanos(wait);
        }
        return books;
    }

    /** Opens the books again if they were given up; otherwise says how long to wait before that, in nanoseconds. */
    private long reopen() throws IOException {
        if (failure == null) {
            return 0;
        }
        lock.lock();
        try {
            if (failure == null) {
                return 0;
            }
            if (closed) {
                throw unusable(failure);
            }
            long wait = reopenedAt + REOPEN_NANOS - System.nanoTime();
            if (wait > 0) {
                return wait;
            }
            reopenedAt = System.nanoTime();
            books.abandon();
            books = MetadataDatabase.open(file, settings.get().cacheMiB(), Corruption.of(failure), this::reached);
            head.move(books.epoch, books.sequence);
            opened.accept(books);
            failure = null;
            LOG.info("event=state-reopened file={} sequence={}", file, books.sequence);
        } finally {
            lock.unlock();
        }
        reopened.run();
        return 0;
    }

    private long reached(String epoch) {
        Cursor end = head.cursor();
        return end.epoch().equals(epoch) ? end.sequence() : 0;
    }

    /** Gives the books up for now, after they threw this; false if that is known already. */
    boolean giveUp(MetadataDatabase open, Throwable cause) {
        lock.lock();
        try {
            if (closed || !isUsable(open)) {
                return false;
            }
            if (Disk.isFull(cause)) {
                full.run();
            }
            failure = cause;
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
