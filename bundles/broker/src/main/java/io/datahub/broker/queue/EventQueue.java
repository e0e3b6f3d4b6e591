package io.datahub.broker.queue;

import io.datahub.api.event.EventRun;
import io.datahub.api.event.EventSink;
import io.datahub.broker.topic.Topic;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The queue of one subscriber, bounded in bytes and events. What doesn't fit is lost for this subscriber only, in whole
 * events, and counted. Any number of threads may offer, one may take. No foreign code is called while holding the lock.
 */
public final class EventQueue implements GlobalQueueLimit.LimitedQueue {

    /** Result flag of {@link #offer}: the subscriber's transport must be notified that events are waiting. */
    public static final int WAKE = 1;

    /** Result flag of {@link #offer}: publishers that support backpressure should wait. */
    public static final int FULL = 2;

    /** Marks the position of lost events in the queue, if the subscriber wants loss reports. */
    private static final EventRun GAP = EventRuns.ofHub(Topic.lost(), new byte[0]);

    /** The delay is measured once in this many takes, to save reading the clock. */
    private static final int TAKES_PER_MEASUREMENT = 16;

    private final QueueLimits limits;
    private final EventCounters counters;
    private final GlobalQueueLimit queueLimit;
    private final EventSink sink;
    private final BooleanSupplier reportsLosses;

    // guarded by this
    private final ArrayDeque<EventRun> runs = new ArrayDeque<>();
    private final ArrayDeque<Long> gaps = new ArrayDeque<>();
    private final BackpressureTimer backpressure;
    private long bytes;
    private long pinned;
    private int events;
    private boolean notified;
    private boolean closed;
    private PublisherPause fullFor;

    /** Used by the taking thread only. */
    private final List<EventRun> taken = new ArrayList<>();

    /** The number of takes, for sampling the delay; used by the taking thread only. */
    private int takes;

    /** @param reportsLosses whether the subscriber currently wants loss reports */
    public EventQueue(
            QueueLimits limits,
            EventCounters counters,
            GlobalQueueLimit queueLimit,
            EventSink sink,
            BooleanSupplier reportsLosses) {
        this.limits = limits;
        this.counters = counters;
        this.queueLimit = queueLimit;
        this.sink = sink;
        this.reportsLosses = reportsLosses;
        backpressure = new BackpressureTimer(limits);
    }

    public EventSink sink() {
        return sink;
    }

    /**
     * Adds as many events of a run as fit, and retains its buffer as long as needed.
     *
     * @param publisher of the run; {@link #FULL} is returned to it once, until it has called {@link #await}
     * @return {@link #WAKE} and {@link #FULL}, or 0
     */
    public int offer(EventRun run, PublisherPause publisher) {
        synchronized (this) {
            if (closed) {
                return 0;
            }
            EventRun fitting = fittingPart(run);
            if (fitting != run) {
                lose(run.count() - (fitting == null ? 0 : fitting.count()));
            }
            if (fitting != null) {
                add(fitting);
            }
            int flags = 0;
            if (!notified && !runs.isEmpty()) {
                notified = true;
                flags = WAKE;
            }
            if (isFull()) {
                backpressure.markFull();
                if (fullFor != publisher) {
                    fullFor = publisher;
                    flags |= FULL;
                }
            }
            return flags;
        }
    }

    private boolean isFull() {
        return bytes > highWater();
    }

    private long highWater() {
        return queueLimit.highWater(limits.highWaterBytes());
    }

    private EventRun fittingPart(EventRun run) {
        long freeBytes = limits.maxBytes() - bytes - QueueLimits.ENTRY_BYTES;
        int freeEvents = limits.maxMessages() - events;
        return run.length() <= freeBytes && run.count() <= freeEvents
                ? run
                : EventRuns.head(run, freeBytes, freeEvents);
    }

    /** Copies the run if retaining its buffer would pin too much other memory. */
    private void add(EventRun run) {
        EventRun last = runs.peekLast();
        EventRun kept = run;
        int capacity = run.buffer().bytes().capacity();
        boolean anotherBuffer = last == null || last.buffer() != run.buffer();
        if (run.buffer().isScarce() || (anotherBuffer && pinsTooMuch(run, capacity))) {
            kept = EventRuns.copy(run);
            capacity = run.length();
            anotherBuffer = true;
        } else {
            run.buffer().retain();
        }
        if (anotherBuffer) {
            pinned += capacity;
        }
        runs.add(kept);
        count(kept, 1);
        queueLimit.add(cost(kept));
    }

    /** Direct memory is scarce and counts in full; of heap memory only what exceeds the run counts. */
    private boolean pinsTooMuch(EventRun run, int capacity) {
        long pinnedByOthers =
                run.buffer().bytes().isDirect() ? pinned + capacity : pinned - bytes + capacity - run.length();
        return run.length() < capacity && pinnedByOthers > limits.pinnedBytes();
    }

    private void count(EventRun run, int sign) {
        bytes += sign * cost(run);
        events += sign * run.count();
    }

    private static long cost(EventRun run) {
        return (long) run.length() + QueueLimits.ENTRY_BYTES;
    }

    private void lose(int count) {
        counters.lost(count);
        backpressure.markLosing();
        if (reportsLosses.getAsBoolean()) {
            mark(count);
        }
    }

    /**
     * Counts events as lost that never arrived here, without regarding the subscriber as slow.
     *
     * @return whether the subscriber's transport must be notified
     */
    public synchronized boolean missed(long count) {
        if (closed) {
            return false;
        }
        counters.lost(count);
        if (reportsLosses.getAsBoolean()) {
            mark(count);
        }
        boolean mustWake = !notified;
        notified = true;
        return mustWake;
    }

    private void mark(long count) {
        if (runs.peekLast() == GAP) {
            gaps.addLast(gaps.removeLast() + count);
        } else {
            runs.addLast(GAP);
            gaps.addLast(count);
        }
    }

    /**
     * Takes waiting events in order; see {@link io.datahub.api.event.Session#take}.
     *
     * @return the number of bytes taken
     */
    public int take(int maxBytes, Consumer<? super EventRun> receiver) {
        long before;
        int length = 0;
        int count = 0;
        List<PublisherPause> released;
        synchronized (this) {
            before = bytes;
            while ((length == 0 || length < maxBytes) && !runs.isEmpty()) {
                EventRun run = poll();
                taken.add(run);
                length += run.length();
                count += run.count();
            }
            if (length == 0) {
                notified = false;
                return 0;
            }
            before -= bytes;
            released = releasePublishers();
        }
        queueLimit.add(-before);
        counters.out(count);
        counters.bytesOut(length);
        if (takes++ % TAKES_PER_MEASUREMENT == 0) {
            measureDelay();
        }
        released.forEach(PublisherPause::released);
        deliver(receiver);
        return length;
    }

    /** Measures the delay of the oldest event taken. */
    private void measureDelay() {
        long millis = System.currentTimeMillis() - taken.get(0).timeMillis();
        counters.delays().record(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    private EventRun poll() {
        EventRun run = runs.poll();
        if (run == GAP) {
            return EventRuns.lost(gaps.poll(), counters.lost());
        }
        count(run, -1);
        unpin(run, runs.peek());
        return run;
    }

    /** Passes the taken runs to the receiver; if it throws, the rest is released. */
    private void deliver(Consumer<? super EventRun> receiver) {
        int delivered = 0;
        try {
            while (delivered < taken.size()) {
                receiver.accept(taken.get(delivered++));
            }
        } finally {
            for (; delivered < taken.size(); delivered++) {
                taken.get(delivered).buffer().release();
            }
            taken.clear();
        }
    }

    private void unpin(EventRun run, EventRun neighbour) {
        if (neighbour == null || neighbour.buffer() != run.buffer()) {
            pinned -= run.buffer().bytes().capacity();
        }
    }

    private List<PublisherPause> releasePublishers() {
        return bytes <= highWater() / 2 ? backpressure.release() : List.of();
    }

    @Override
    public void dropNewest(long least) {
        long freed = 0;
        List<PublisherPause> released;
        synchronized (this) {
            long marked = 0;
            int count = 0;
            while (freed < least && bytes > 0) {
                EventRun run = runs.pollLast();
                if (run == GAP) {
                    marked += gaps.pollLast();
                } else {
                    count += run.count();
                    freed += cost(run);
                    count(run, -1);
                    unpin(run, runs.peekLast());
                    run.buffer().release();
                }
            }
            if (marked > 0) {
                mark(marked);
            }
            lose(count);
            released = releasePublishers();
        }
        queueLimit.add(-freed);
        released.forEach(PublisherPause::released);
    }

    /**
     * Registers a publisher to be resumed when there is capacity; false if there is, or if waiting for this queue has
     * timed out.
     */
    public synchronized boolean await(PublisherPause publisher) {
        fullFor = null;
        return !closed && isFull() && backpressure.await(publisher);
    }

    /** Resumes publishers whose wait has timed out. Called periodically. */
    public void checkTimeouts(long now) {
        List<PublisherPause> timedOut;
        synchronized (this) {
            timedOut = backpressure.timedOut(now);
        }
        timedOut.forEach(PublisherPause::released);
    }

    /** Whether it has been losing events for longer than that. */
    public synchronized boolean hasBeenLosingFor(long nanos, long now) {
        return backpressure.hasBeenLosingFor(nanos, now);
    }

    /** Whether it is full or losing events, so that its timeouts must be checked. */
    public synchronized boolean isUnderPressure() {
        return backpressure.isActive();
    }

    @Override
    public synchronized long bytes() {
        return bytes;
    }

    /** Drops all events and accepts no more. */
    public void close() {
        long freed;
        List<PublisherPause> released;
        synchronized (this) {
            closed = true;
            freed = bytes;
            for (EventRun run : runs) {
                if (run != GAP) {
                    run.buffer().release();
                }
            }
            runs.clear();
            gaps.clear();
            bytes = 0;
            pinned = 0;
            events = 0;
            released = backpressure.release();
        }
        queueLimit.add(-freed);
        released.forEach(PublisherPause::released);
    }
}
