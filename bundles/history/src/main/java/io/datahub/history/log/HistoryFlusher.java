package io.datahub.history.log;

import io.datahub.history.last.LastTopics;
import io.datahub.history.rules.FlushPolicy;
import io.datahub.history.segment.TopicLog;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has written and flushed what was appended, at the latest after the window, and then delivers what the flush has covered,
 * on a thread of its own. What can't be flushed is refused. Thread-safe.
 */
final class HistoryFlusher {

    private static final Logger LOG = LoggerFactory.getLogger(HistoryFlusher.class);
    private static final long TICK_MILLIS = 1_000;

    /** A flush begins early with so many unwritten bytes. */
    private static final long FLUSH_BYTES = 1 << 20;

    /** With so many unwritten bytes, publishers are answered only after the flush, which slows them down. */
    private static final long MAX_UNWRITTEN_BYTES = 16L << 20;

    private final SegmentWriter writer;
    private final DeliveryQueue queue;
    private final Positions positions;
    private final LastTopics last;
    private final Retention retention;
    private final HistoryFailure failure;
    private final HistoryCounters counters;
    private final Lock lock;
    private final Condition work;
    private final Thread thread = new Thread(this::run, "datahub-history-writer");
    private volatile FlushPolicy policy = new FlushPolicy(false, 100);

    // guarded by the lock of the history
    private boolean dirty;
    private long firstUnflushedNanos;
    private boolean flushRequested;
    private boolean stopped;

    HistoryFlusher(
            SegmentWriter writer,
            DeliveryQueue queue,
            Positions positions,
            LastTopics last,
            Retention retention,
            HistoryFailure failure,
            HistoryCounters counters) {
        this.writer = writer;
        this.queue = queue;
        this.positions = positions;
        this.last = last;
        this.retention = retention;
        this.failure = failure;
        this.counters = counters;
        lock = queue.lock();
        work = queue.lock().newCondition();
    }

    void start() {
        thread.start();
    }

    void setPolicy(FlushPolicy changed) {
        policy = changed;
    }

    /** Whether an event that is appended now is answered only after a flush; under the history's lock. */
    boolean mustFlushBeforeAnswer() {
        return policy.beforeAnswer() || writer.unwrittenBytes() >= MAX_UNWRITTEN_BYTES || positions.isScarce();
    }

    /** Whether nothing can be appended any more; under the history's lock. */
    boolean isStopped() {
        return stopped;
    }

    /**
     * Has an event flushed that was appended, under the history's lock.
     *
     * @param isWaiting whether its publisher waits for it
     */
    void appended(boolean isWaiting) {
        boolean first = !dirty;
        dirty = true;
        flushRequested |= isWaiting;
        if (first) {
            firstUnflushedNanos = System.nanoTime();
        }
        if (first || isWaiting || writer.unwrittenBytes() >= FLUSH_BYTES) {
            work.signal();
        }
    }

    private void run() {
        long lastMaintenance = System.nanoTime();
        boolean more = true;
        while (more) {
            more = awaitWork();
            flush();
            if (System.nanoTime() - lastMaintenance >= TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS)) {
                maintain();
                lastMaintenance = System.nanoTime();
            }
        }
    }

    /** Waits until something has to be flushed, or for a second; false if it was stopped. */
    private boolean awaitWork() {
        lock.lock();
        try {
            long remaining = TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS);
            while (!stopped && !flushRequested && writer.unwrittenBytes() < FLUSH_BYTES && remaining > 0) {
                long window =
                        firstUnflushedNanos + TimeUnit.MILLISECONDS.toNanos(policy.windowMillis()) - System.nanoTime();
                if (dirty && window <= 0) {
                    break;
                }
                remaining = work.awaitNanos(dirty ? Math.min(remaining, window) : remaining);
            }
            flushRequested = false;
            return !stopped;
        } catch (InterruptedException e) {
            LOG.warn("event=history.writer.interrupted");
            return !stopped;
        } finally {
            lock.unlock();
        }
    }

    private void flush() {
        long startedAt = System.nanoTime();
        Set<TopicLog> due = new LinkedHashSet<>();
        try {
            long[] upTo = new long[1];
            writer.exclude(() -> {
                positions.reserve();
                beginFlush();
                upTo[0] = writer.write();
                due.addAll(writer.takeUnflushed());
            });
            for (TopicLog log : due) {
                log.flush();
            }
            writer.exclude(writer::writeLast);
            last.flush();
            if (!due.isEmpty()) {
                counters.flushed(System.nanoTime() - startedAt);
            }
            if (failure.isPresent() && retention.hasRoom()) {
                failure.recover();
            }
            deliver(upTo[0]);
        } catch (IOException | RuntimeException e) {
            failure.fail(e);
            refuse(due);
        }
    }

    private void beginFlush() {
        lock.lock();
        try {
            dirty = false;
        } finally {
            lock.unlock();
        }
    }

    private void deliver(long upTo) {
        lock.lock();
        try {
            queue.deliverUpTo(upTo);
            last.delivered(upTo);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Refuses what waits, and has it removed: a publisher that sends it again doesn't have it in the history twice.
     *
     * @param unknown logs of which it is unknown whether they are flushed
     */
    private void refuse(Set<TopicLog> unknown) {
        try {
            writer.refuse(unknown);
        } catch (IOException | RuntimeException e) {
            failure.fail(e);
        }
        refuseWaiting();
    }

    private void refuseWaiting() {
        lock.lock();
        try {
            queue.refuse(HistoryFailure.unavailable("the event couldn't be flushed to disk; try again"));
        } finally {
            lock.unlock();
        }
    }

    private void maintain() {
        try {
            writer.exclude(() -> retention.maintain(nextNumber()));
        } catch (IOException | RuntimeException e) {
            failure.fail(e);
        }
    }

    private long nextNumber() {
        lock.lock();
        try {
            return positions.lastNumber() + 1;
        } finally {
            lock.unlock();
        }
    }

    /** Flushes everything, and ends the thread. */
    void stop() {
        lock.lock();
        try {
            stopped = true;
            work.signal();
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        refuseWaiting();
    }
}
