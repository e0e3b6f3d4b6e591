package io.datahub.history.log;

import io.datahub.history.last.LastTopics;
import io.datahub.history.segment.TopicLog;
import io.datahub.history.segment.TopicLogs;
import java.io.Closeable;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what was appended to segments: for the thread that flushes, and for readers that need what is still in memory.
 *
 * <p>Locks: the writing lock, which one thread holds that writes or changes segments, then the lock of the history.
 * Thread-safe.
 */
final class SegmentWriter {

    private static final Logger LOG = LoggerFactory.getLogger(SegmentWriter.class);

    private final TopicLogs logs;
    private final LastTopics last;
    private final RecentEvents recent;
    private final Positions positions;
    private final DeliveryQueue queue;
    private final Lock lock;
    private final ReentrantLock writing = new ReentrantLock();
    private final WriteThread thread = new WriteThread(writing);

    /** Logs with something to flush; guarded by the writing lock. */
    private final Set<TopicLog> unflushed = new LinkedHashSet<>();

    /** The first of the refused events that may still be in segments; guarded by the writing lock. */
    private OptionalLong refused = OptionalLong.empty();

    /** Bytes that were appended and aren't being written; guarded by the lock of the history. */
    private long unwrittenBytes;

    /** The number up to which everything is in segments; set under the writing lock. */
    private volatile long written;

    SegmentWriter(TopicLogs logs, LastTopics last, RecentEvents recent, Positions positions, DeliveryQueue queue) {
        this.logs = logs;
        this.last = last;
        this.recent = recent;
        this.positions = positions;
        this.queue = queue;
        lock = queue.lock();
        written = positions.lastNumber();
    }

    /** Notes that an event was appended, under the history's lock. */
    void appended(int length) {
        unwrittenBytes += length;
    }

    /** Bytes that were appended and aren't being written; under the history's lock. */
    long unwrittenBytes() {
        return unwrittenBytes;
    }

    /**
     * Runs an action that writes, also if the calling thread is interrupted.
     *
     * @throws IOException if it fails, or this is closed
     */
    void run(WriteThread.Action action) throws IOException {
        thread.run(action);
    }

    /** Runs an action of a thread that is never interrupted, while no other one writes. */
    void exclude(WriteThread.Action action) throws IOException {
        writing.lock();
        try {
            action.run();
        } finally {
            writing.unlock();
        }
    }

    /** Writes to segments what was appended up to a number, without a flush, so that it can be read there. */
    void writeOut(long number) throws IOException {
        if (written < number) {
            thread.run(this::write);
        }
    }

    /** Writes the newest events of topics, so that they can be read. */
    void writeOutLast() throws IOException {
        boolean isPending;
        lock.lock();
        try {
            isPending = last.isPending();
        } finally {
            lock.unlock();
        }
        if (isPending) {
            thread.run(() -> {
                write();
                writeLast();
            });
        }
    }

    /** Writes what was appended, under the writing lock; returns the number up to which everything is written. */
    long write() throws IOException {
        removeRefused();
        long upTo;
        List<TopicLog> all = logs.all();
        lock.lock();
        try {
            upTo = positions.lastNumber();
            all.forEach(TopicLog::swap);
            last.swap();
            unwrittenBytes = 0;
        } finally {
            lock.unlock();
        }
        for (TopicLog log : all) {
            if (log.write()) {
                unflushed.add(log);
            }
        }
        written = upTo;
        return upTo;
    }

    /** Takes the logs that must be flushed, under the writing lock. */
    Set<TopicLog> takeUnflushed() {
        Set<TopicLog> due = new LinkedHashSet<>(unflushed);
        unflushed.clear();
        return due;
    }

    /** Writes the newest events that {@link #write} has taken, under the writing lock. */
    void writeLast() {
        last.write(queue.head().number());
        lock.lock();
        try {
            last.forget();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Removes refused events from memory and segments. Nothing is appended meanwhile, since writing has failed, and
     * nothing was read of what waits.
     *
     * @param failed logs of which it is unknown what the disk has of them
     * @throws IOException if the disk fails; they are then removed before anything else is written
     */
    void refuse(Set<TopicLog> failed) throws IOException {
        writing.lock();
        try {
            failed.forEach(TopicLog::endSegment);
            unflushed.addAll(failed);
            lock.lock();
            try {
                OptionalLong first = queue.firstNumber();
                if (first.isPresent()) {
                    logs.all().forEach(log -> log.forget(first.getAsLong()));
                    last.refuse(first.getAsLong());
                    recent.forget(first.getAsLong());
                    refused = refused.isPresent() ? refused : first;
                }
            } finally {
                lock.unlock();
            }
            removeRefused();
            writeLast();
        } finally {
            writing.unlock();
        }
    }

    private void removeRefused() throws IOException {
        if (refused.isPresent()) {
            for (TopicLog log : logs.all()) {
                log.remove(refused.getAsLong());
            }
            refused = OptionalLong.empty();
        }
    }

    /** Closes files, on the thread that is never interrupted, and ends it. */
    void close(List<Closeable> files) {
        for (Closeable one : files) {
            try {
                thread.run(one::close);
            } catch (IOException e) {
                LOG.warn("event=history.close.failed", e);
            }
        }
        thread.close();
    }
}
