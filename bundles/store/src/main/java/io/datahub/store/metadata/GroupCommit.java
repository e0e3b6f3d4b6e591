package io.datahub.store.metadata;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeListener;
import io.datahub.records.settings.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes to the database with group commit. Writers apply their transactions under one lock; a single writer thread
 * commits everything submitted so far as a batch with one flush, announces its changes in sequence order, and then
 * completes the writers' futures. So many small writes cost few flushes, and every announced change is durable. If
 * the disk fails, all pending transactions fail. One class, since the commit lock guards nearly all of it. Thread-safe.
 */
final class GroupCommit implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /**
     * How long transactions that no caller waits for are batched; each commit writes whole pages, however little
     * changed.
     */
    private static final long BATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** Batching time as a multiple of the last flush, for slow disks: flushes hold up concurrent file writes. */
    private static final int BATCH_FLUSH_FACTOR = 3;

    private static final long MAX_BATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    /** After a batch of so many transactions, it is likely that others are about to submit theirs, too. */
    private static final int MANY = 3;

    /** How long transactions that callers wait for are batched at most if there are many: about as long as a flush. */
    private static final long MAX_GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Path file;
    private final Supplier<StoreSettings> settings;
    private final JournalHead head = new JournalHead();
    private final Usage usage = new Usage();
    private final UnflushedEntries unflushed = new UnflushedEntries();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition workSubmitted = lock.newCondition();
    private final Condition stopping = lock.newCondition();
    private final DatabaseHandle handle;
    private final ChangePublisher publisher;
    private final Thread writer;

    // Of the last batch; used by the writer thread only.
    private long lastFlushNanos;
    private int lastBatchSize;

    // All guarded by the lock.
    private List<CommitFuture<?>> pendingCommits = new ArrayList<>();
    private List<Change> pendingChanges = new ArrayList<>();
    private boolean flushRequested;
    private final Compaction compaction = new Compaction();
    private boolean stopped;
    private long lastTrimByAgeNanos = System.nanoTime();

    /**
     * @param listener called with each change, in order and from one thread, once it is durable
     * @throws IOException if the file is in use, can't be written, or the disk fails
     */
    GroupCommit(Path file, Supplier<StoreSettings> settings, ChangeListener listener) throws IOException {
        this.file = file;
        this.settings = settings;
        AnnouncedWatermark watermark = new AnnouncedWatermark(file.resolveSibling("announced"));
        handle = new DatabaseHandle(
                file, settings, lock, head, epoch -> reachedSequence(watermark, epoch), usage::recount);
        publisher = new ChangePublisher(
                watermark, handle.current(), () -> settings.get().urls(), listener);
        writer = new Thread(this::writeLoop, "datahub-store-writer");
        writer.start();
    }

    private static long reachedSequence(AnnouncedWatermark watermark, String epoch) {
        try {
            return watermark.lowerBound(epoch).orElse(0);
        } catch (IOException e) {
            LOG.debug("event=store.watermark.unreadable", e);
            return 0;
        }
    }

    JournalHead head() {
        return head;
    }

    /**
     * Has the changes that a killed process left unannounced announced within a second, since clients have had time
     * to reconnect.
     */
    void announcePending() {
        publisher.catchUpDue();
    }

    DatabaseHandle handle() {
        return handle;
    }

    Usage usage() {
        return usage;
    }

    /** Counts the usage below these prefixes; writers are blocked while it runs. */
    void measure(List<String> prefixes) throws IOException {
        MetadataDatabase database = handle.get();
        lock.lock();
        try {
            usage.count(prefixes, database);
        } catch (RuntimeException e) {
            throw fail(database, e);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Applies a transaction, which must be quick. It is durable and its changes are announced once the returned
     * future completes.
     *
     * @param flush whether the caller is about to wait for it
     * @throws IOException if the store is stopping or the database can't be written
     */
    <T> CommitFuture<T> submit(Function<Transaction, T> work, boolean flush) throws IOException {
        MetadataDatabase database = handle.get();
        CommitFuture<T> commit = new CommitFuture<>(flush, this::requestFlush);
        lock.lock();
        try {
            if (stopped) {
                throw new IOException("the store is stopping; retry");
            }
            if (!handle.isUsable(database)) {
                throw new IOException("the hub's database can't be written at present; retry");
            }
            StoreSettings current = settings.get();
            Transaction transaction = new Transaction(
                    database, current.source(), current.urls(), usage, path -> unflushed.add(path, commit));
            commit.applied(apply(work, transaction));
            pendingChanges.addAll(transaction.changes());
            pendingCommits.add(commit);
            flushRequested |= flush;
            if (flush || pendingCommits.size() == 1) {
                workSubmitted.signal();
            }
            return commit;
        } catch (RuntimeException e) {
            IOException failure = fail(database, e);
            fail(List.of(commit), e);
            throw failure;
        } finally {
            lock.unlock();
        }
    }

    private <T> T apply(Function<Transaction, T> work, Transaction transaction) {
        synchronized (usage) {
            return work.apply(transaction);
        }
    }

    /** Called when a caller waits for a commit. */
    private void requestFlush() {
        lock.lock();
        try {
            flushRequested = true;
            workSubmitted.signal();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Copies the file with everything submitted so far; the copy is what a killed process would leave. Writers are
     * blocked while it is copied.
     */
    void copyTo(Path target) throws IOException {
        MetadataDatabase database = handle.get();
        lock.lock();
        try {
            database.commit();
            database.sync();
            Files.copy(file, target);
        } catch (RuntimeException e) {
            throw fail(database, e);
        } finally {
            lock.unlock();
        }
    }

    /** Invalidates the database, which threw this, and fails all transactions that aren't durable yet. */
    IOException fail(MetadataDatabase database, Throwable cause) {
        lock.lock();
        try {
            if (handle.invalidate(database, cause)) {
                failPending(cause);
            }
        } finally {
            lock.unlock();
        }
        return DatabaseHandle.unusable(cause);
    }

    /** Fails what isn't part of a batch yet. The caller holds the commit lock. */
    private void failPending(Throwable cause) {
        fail(pendingCommits, cause);
        pendingCommits = new ArrayList<>();
        pendingChanges = new ArrayList<>();
    }

    private void fail(List<? extends CommitFuture<?>> commits, Throwable cause) {
        commits.forEach(unflushed::remove);
        commits.forEach(commit -> commit.fail(cause));
    }

    /**
     * Waits until the index entries of these paths that could be read so far are durable. Not on the thread that makes
     * them durable: it announces changes to listeners, which read what they were told about.
     *
     * @return false if one was lost, since the disk failed
     */
    boolean awaitDurable(Collection<RecordPath> paths) {
        if (Thread.currentThread() == writer) {
            return true;
        }
        List<CommitFuture<?>> commits = new ArrayList<>(0);
        for (RecordPath path : paths) {
            unflushed.of(path).ifPresent(commits::add);
        }
        boolean durable = true;
        for (CommitFuture<?> commit : commits) {
            durable &= commit.isDurable();
        }
        return durable;
    }

    /** Whether the index entry of a path that could be read so far is durable. */
    boolean isDurable(RecordPath path) {
        return unflushed.of(path).isEmpty();
    }

    private void writeLoop() {
        boolean more = true;
        while (more) {
            more = writeBatch();
        }
    }

    /** Commits, flushes and announces what was submitted; returns false when stopped and nothing is left. */
    private boolean writeBatch() {
        List<CommitFuture<?>> batch;
        List<Change> batchChanges;
        MetadataDatabase database;
        boolean committed;
        lock.lock();
        try {
            awaitWork();
            if (pendingCommits.isEmpty() && stopped) {
                return false;
            }
            database = handle.current();
            batch = pendingCommits;
            batchChanges = pendingChanges;
            pendingCommits = new ArrayList<>();
            pendingChanges = new ArrayList<>();
            lastBatchSize = batch.size();
            maintain(database, batch.isEmpty());
            committed = commit(database, batch);
        } finally {
            lock.unlock();
        }
        complete(database, batch, batchChanges, committed && sync(database));
        return true;
    }

    private void awaitWork() {
        try {
            long remaining = Math.min(IDLE_NANOS, compaction.restNanos());
            while (pendingCommits.isEmpty() && !stopped && remaining > 0) {
                remaining = workSubmitted.awaitNanos(remaining);
            }
            remaining = Math.min(MAX_BATCH_NANOS, Math.max(BATCH_NANOS, BATCH_FLUSH_FACTOR * lastFlushNanos));
            while (!pendingCommits.isEmpty() && !flushRequested && !stopped && remaining > 0) {
                remaining = workSubmitted.awaitNanos(remaining);
            }
            remaining = lastBatchSize < MANY ? 0 : Math.min(MAX_GATHER_NANOS, lastFlushNanos);
            while (!pendingCommits.isEmpty() && !stopped && remaining > 0) {
                remaining = stopping.awaitNanos(remaining);
            }
            flushRequested = false;
        } catch (InterruptedException e) {
            LOG.warn("event=store.writer.interrupted");
        }
    }

    private void maintain(MetadataDatabase database, boolean idle) {
        if (!handle.isUsable(database)) {
            return;
        }
        try {
            boolean trimmed = trimJournal(database);
            boolean compacted = compaction.step(database, idle);
            if (idle && (trimmed || compacted)) {
                database.commit();
                database.sync();
            }
        } catch (RuntimeException e) {
            fail(database, e);
        }
    }

    private boolean trimJournal(MetadataDatabase database) {
        StoreSettings current = settings.get();
        boolean trimmed = JournalRetention.bySize(database, current.maxJournalBytes());
        if (System.nanoTime() - lastTrimByAgeNanos >= IDLE_NANOS) {
            lastTrimByAgeNanos = System.nanoTime();
            trimmed |= JournalRetention.byAge(database, current.keepJournal());
        }
        return trimmed;
    }

    private boolean commit(MetadataDatabase database, List<CommitFuture<?>> batch) {
        if (batch.isEmpty() || !handle.isUsable(database)) {
            return false;
        }
        try {
            database.commit();
            return true;
        } catch (RuntimeException e) {
            fail(database, e);
            return false;
        }
    }

    private boolean sync(MetadataDatabase database) {
        long startedAt = System.nanoTime();
        try {
            database.sync();
            lastFlushNanos = System.nanoTime() - startedAt;
            return true;
        } catch (RuntimeException e) {
            fail(database, e);
            return false;
        }
    }

    private void complete(
            MetadataDatabase database, List<CommitFuture<?>> batch, List<Change> batchChanges, boolean durable) {
        if (batch.isEmpty() && handle.isUsable(database)) {
            publisher.publishPending(database);
            return;
        }
        if (!durable) {
            Throwable cause = handle.failure().orElseGet(() -> new IOException("the database was reopened"));
            fail(batch, cause);
            return;
        }
        batch.forEach(unflushed::remove);
        CompletionStage<Void> finished = publisher.publishAll(database, batchChanges, head);
        if (finished == ChangeListener.DONE) {
            batch.forEach(CommitFuture::complete);
        } else {
            finished.whenComplete((done, failure) -> batch.forEach(CommitFuture::complete));
        }
    }

    /** Flushes what was submitted and closes the database. */
    @Override
    public void close() {
        stop(false);
        handle.close();
    }

    /** Closes the file without committing, as a killed process would leave it. */
    void abandon() {
        stop(true);
    }

    private void stop(boolean abandon) {
        lock.lock();
        try {
            stopped = true;
            if (abandon) {
                handle.abandon();
                failPending(new IOException("the store was abandoned"));
            }
            workSubmitted.signal();
            stopping.signal();
        } finally {
            lock.unlock();
        }
        join();
        publisher.close();
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
