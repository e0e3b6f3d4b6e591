package io.datahub.store.metadata;

import io.datahub.api.log.FailureText;
import io.datahub.api.log.LogText;
import io.datahub.api.record.Cursor;
import io.datahub.records.settings.StoreSettings;
import io.datahub.records.staging.Disk;
import io.datahub.store.pages.CorruptionCertainty;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
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
 * The open database. After a disk failure it is invalidated and the next use reopens it, so that reads continue while
 * nothing can be written. Reopening is limited to ten times a second; callers in between wait. Thread-safe.
 */
final class DatabaseHandle {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseHandle.class);

    /** A file beside the database that says that it was restored from a backup and not opened since. */
    static final String RESTORED = "restored";

    private static final long REOPEN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Path file;
    private final Supplier<StoreSettings> settings;
    private final ReentrantLock lock;
    private final JournalHead head;
    private final Consumer<MetadataDatabase> onDatabaseOpened;

    /** Written under the lock. */
    private volatile MetadataDatabase database;

    /** Why the database can't be used; null if it can. Written under the lock. */
    private volatile Throwable failure;

    /** Called, outside the lock, after the database was reopened. */
    private volatile Runnable reopenedAction = () -> {};

    /** Called, under the lock, when the disk is full. */
    private volatile Runnable fullAction = () -> {};

    // Guarded by the lock.
    private boolean closed;
    private long lastReopenNanos = System.nanoTime() - REOPEN_NANOS;

    /**
     * @param lock guards the database; the lock under which it is written
     * @param announcedSequence returns the sequence number up to which an epoch was announced
     * @param onDatabaseOpened called with the database whenever it was reopened, under the lock
     */
    DatabaseHandle(
            Path file,
            Supplier<StoreSettings> settings,
            ReentrantLock lock,
            JournalHead head,
            ToLongFunction<String> announcedSequence,
            Consumer<MetadataDatabase> onDatabaseOpened)
            throws IOException {
        this.file = file;
        this.settings = settings;
        this.lock = lock;
        this.head = head;
        this.onDatabaseOpened = onDatabaseOpened;
        database = MetadataDatabase.open(file, settings.get().cacheMiB(), CorruptionCertainty.NONE, announcedSequence);
        beginEpochIfRestored();
        head.set(database.epoch, database.sequence);
    }

    /** Begins a new epoch if the file comes from a backup: the cursors after it were given to other changes. */
    private void beginEpochIfRestored() throws IOException {
        Path marker = file.resolveSibling(RESTORED);
        if (Files.exists(marker)) {
            String former = database.epoch;
            database.beginEpoch();
            Files.delete(marker);
            LOG.info(
                    "event=store.journal.restarted reason=\"the home was restored from a backup\" formerEpoch={} epoch={}"
                            + " consequence=\"consumers get 410 and list the records again\"",
                    former,
                    database.epoch);
        }
    }

    /** Sets the action to run after the database was reopened following a failure. */
    void onReopened(Runnable action) {
        reopenedAction = action;
    }

    /** Sets the action to run when the disk is full, before the database is reopened. */
    void onFull(Runnable action) {
        fullAction = action;
    }

    /** Why the database can't be used at present; empty if it can. */
    Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    /** Whether this is the current database, and usable. */
    boolean isUsable(MetadataDatabase expected) {
        return expected == database && failure == null;
    }

    /** The current database, usable or not. */
    MetadataDatabase current() {
        return database;
    }

    /**
     * The database, reopened if necessary.
     *
     * @throws IOException if it can't be reopened, or the thread was interrupted
     */
    MetadataDatabase get() throws IOException {
        for (long wait = reopen(); wait > 0; wait = reopen()) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("interrupted while waiting for the database to be reopened");
            }
            LockSupport.parkNanos(wait);
        }
        return database;
    }

    /**
     * Reopens the database if it was invalidated; otherwise returns how long to wait before doing so, in nanoseconds.
     */
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
            long wait = lastReopenNanos + REOPEN_NANOS - System.nanoTime();
            if (wait > 0) {
                return wait;
            }
            lastReopenNanos = System.nanoTime();
            database.abandon();
            database = MetadataDatabase.open(
                    file, settings.get().cacheMiB(), CorruptionCertainty.of(failure), this::reachedSequence);
            head.set(database.epoch, database.sequence);
            onDatabaseOpened.accept(database);
            failure = null;
            LOG.info("event=store.database.reopened file={} sequence={}", LogText.quoted(file), database.sequence);
        } finally {
            lock.unlock();
        }
        reopenedAction.run();
        return 0;
    }

    private long reachedSequence(String epoch) {
        Cursor end = head.cursor();
        return end.epoch().equals(epoch) ? end.sequence() : 0;
    }

    /** Marks the database as failed after it threw this; false if it already was, or was closed. */
    boolean invalidate(MetadataDatabase expected, Throwable cause) {
        lock.lock();
        try {
            if (closed || !isUsable(expected)) {
                return false;
            }
            if (Disk.isFull(cause)) {
                fullAction.run();
            }
            failure = cause;
        } finally {
            lock.unlock();
        }
        LOG.error(
                "event=store.database.failed file={} remedy=\"free disk space or repair the disk; the hub retries\"",
                LogText.quoted(file),
                cause);
        return true;
    }

    static IOException unusable(Throwable cause) {
        return new IOException("the hub's database can't be used: " + FailureText.of(cause), cause);
    }

    void close() {
        markClosed();
        try {
            database.close();
        } catch (RuntimeException e) {
            LOG.warn("event=store.database.close-failed file={}", LogText.quoted(file), e);
        }
    }

    /** Closes the file without committing, as a killed process would leave it. */
    void abandon() {
        markClosed();
        failure = new IllegalStateException("it was abandoned");
        database.abandon();
    }

    private void markClosed() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
    }
}
