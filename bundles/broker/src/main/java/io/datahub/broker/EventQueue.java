package io.datahub.broker;

import io.datahub.api.event.EventRun;
import io.datahub.api.event.EventSink;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * What waits for one subscriber, bounded in bytes and events. What doesn't fit is lost for this subscriber alone, whole
 * events at a time, and counted. Any number of threads offer, one takes. No foreign code is called under the lock.
 */
final class EventQueue {

    /** An answer of {@link #offer}: the subscriber's transport is to be told that something waits. */
    static final int WAKE = 1;

    /** An answer of {@link #offer}: publishers that can wait should. */
    static final int FULL = 2;

    /** Stands in the queue where events were lost, if the subscriber wants to hear of it. */
    private static final EventRun GAP = EventRuns.ofHub(Topic.LOST, new byte[0]);

    /** The delay is measured with the first take and each so many after it: it costs a look at the clock. */
    private static final int TAKES_A_MEASUREMENT = 16;

    private final BrokerLimits limits;
    private final EventCounters tally;
    private final GlobalQueueLimit backlog;
    private final EventSink sink;
    private final BooleanSupplier tellsLosses;

    // guarded by this
    private final ArrayDeque<EventRun> runs = new ArrayDeque<>();
    private final ArrayDeque<Long> gaps = new ArrayDeque<>();
    private final BackpressureTimer patience;
    private long bytes;
    private long pinned;
    private int events;
    private boolean told;
    private boolean closed;
    private FanOut fullFor;

    /** Only for who takes. */
    private final List<EventRun> taken = new ArrayList<>();

    /** Only for who takes: how often that was, so that the delay is measured now and then. */
    private int takes;

    /** @param tellsLosses whether the subscriber wants to hear of losses at that moment */
    EventQueue(
            BrokerLimits limits,
            EventCounters tally,
            GlobalQueueLimit backlog,
            EventSink sink,
            BooleanSupplier tellsLosses) {
        this.limits = limits;
        this.tally = tally;
        this.backlog = backlog;
        this.sink = sink;
        this.tellsLosses = tellsLosses;
        patience = new BackpressureTimer(limits);
    }

    EventSink sink() {
        return sink;
    }

    /**
     * Adds as much of a run as fits, and becomes another holder of its buffer as long as needed.
     *
     * @param outbox who offers; is told of a full queue once until it asked to {@link #await}
     * @return {@link #WAKE} and {@link #FULL}, or 0
     */
    int offer(EventRun run, FanOut outbox) {
        synchronized (this) {
            if (closed) {
                return 0;
            }
            EventRun fits = fitting(run);
            if (fits != run) {
                lose(run.count() - (fits == null ? 0 : fits.count()));
            }
            if (fits != null) {
                add(fits);
            }
            int answer = 0;
            if (!told && !runs.isEmpty()) {
                told = true;
                answer = WAKE;
            }
            if (isFull()) {
                patience.full();
                if (fullFor != outbox) {
                    fullFor = outbox;
                    answer |= FULL;
                }
            }
            return answer;
        }
    }

    private boolean isFull() {
        return bytes > highWater();
    }

    private long highWater() {
        return backlog.highWater(limits.highWaterBytes());
    }

    private EventRun fitting(EventRun run) {
        long room = limits.queueBytes() - bytes - BrokerLimits.ENTRY_BYTES;
        int places = limits.queueMessages() - events;
        return run.length() <= room && run.count() <= places ? run : EventRuns.head(run, room, places);
    }

    /** Copies the run where keeping its buffer would hold up too much memory that is not its own. */
    private void add(EventRun run) {
        EventRun last = runs.peekLast();
        EventRun kept = run;
        int capacity = run.buffer().bytes().capacity();
        boolean anotherBuffer = last == null || last.buffer() != run.buffer();
        if (run.buffer().isScarce() || (anotherBuffer && holdsUpTooMuch(run, capacity))) {
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
        backlog.add(cost(kept));
    }

    /** Of memory outside the heap, which others wait for, all of it counts; of the heap what goes beyond the run. */
    private boolean holdsUpTooMuch(EventRun run, int capacity) {
        long others = run.buffer().bytes().isDirect() ? pinned + capacity : pinned - bytes + capacity - run.length();
        return run.length() < capacity && others > limits.pinnedBytes();
    }

    private void count(EventRun run, int sign) {
        bytes += sign * cost(run);
        events += sign * run.count();
    }

    private static long cost(EventRun run) {
        return (long) run.length() + BrokerLimits.ENTRY_BYTES;
    }

    private void lose(int count) {
        tally.lost(count);
        patience.loses();
        if (tellsLosses.getAsBoolean()) {
            mark(count);
        }
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
     * Takes what waits, in order; see {@link io.datahub.api.event.Session#take}.
     *
     * @return the number of bytes taken
     */
    int take(int maxBytes, Consumer<? super EventRun> receiver) {
        long before;
        int length = 0;
        int count = 0;
        List<FanOut> relieved;
        synchronized (this) {
            before = bytes;
            while ((length == 0 || length < maxBytes) && !runs.isEmpty()) {
                EventRun run = poll();
                taken.add(run);
                length += run.length();
                count += run.count();
            }
            if (length == 0) {
                told = false;
                return 0;
            }
            before -= bytes;
            relieved = relieved();
        }
        backlog.add(-before);
        tally.out(count);
        tally.bytesOut(length);
        if (takes++ % TAKES_A_MEASUREMENT == 0) {
            measureDelay();
        }
        relieved.forEach(FanOut::relieved);
        hand(receiver);
        return length;
    }

    /** Of the oldest event that was taken. */
    private void measureDelay() {
        long millis = System.currentTimeMillis() - taken.get(0).timeMillis();
        tally.delays().record(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    private EventRun poll() {
        EventRun run = runs.poll();
        if (run == GAP) {
            return EventRuns.lost(gaps.poll(), tally.lost());
        }
        count(run, -1);
        unpin(run, runs.peek());
        return run;
    }

    /** Hands over what was taken; should the receiver fail, the rest is let go of. */
    private void hand(Consumer<? super EventRun> receiver) {
        int handed = 0;
        try {
            while (handed < taken.size()) {
                receiver.accept(taken.get(handed++));
            }
        } finally {
            for (; handed < taken.size(); handed++) {
                taken.get(handed).buffer().release();
            }
            taken.clear();
        }
    }

    private void unpin(EventRun run, EventRun neighbour) {
        if (neighbour == null || neighbour.buffer() != run.buffer()) {
            pinned -= run.buffer().bytes().capacity();
        }
    }

    private List<FanOut> relieved() {
        return bytes <= highWater() / 2 ? patience.relieved() : List.of();
    }

    /** Loses the newest events, at least so many bytes of them. */
    void cut(long least) {
        long freed = 0;
        List<FanOut> relieved;
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
            relieved = relieved();
        }
        backlog.add(-freed);
        relieved.forEach(FanOut::relieved);
    }

    /** Asks to be told when there is room again; false if there is, or if this queue isn't worth waiting for. */
    synchronized boolean await(FanOut outbox) {
        fullFor = null;
        return !closed && isFull() && patience.await(outbox);
    }

    /** Lets those go who waited long enough. Called now and then. */
    void tick(long now) {
        List<FanOut> waited;
        synchronized (this) {
            waited = patience.exhausted(now);
        }
        waited.forEach(FanOut::relieved);
    }

    /** Whether it has been losing events for longer than that. */
    synchronized boolean losesFor(long nanos, long now) {
        return patience.losesFor(nanos, now);
    }

    /** Whether it tries somebody's patience. */
    synchronized boolean isTrying() {
        return patience.isTried();
    }

    synchronized long bytes() {
        return bytes;
    }

    /** Drops what waits, and takes nothing any more. */
    void close() {
        long freed;
        List<FanOut> relieved;
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
            relieved = patience.relieved();
        }
        backlog.add(-freed);
        relieved.forEach(FanOut::relieved);
    }
}
