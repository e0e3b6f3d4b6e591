package io.datahub.zeromq;

import io.datahub.api.log.LogText;
import io.datahub.zeromq.buffer.BufferPool;
import io.datahub.zeromq.buffer.ReadBuffer;
import io.datahub.zeromq.buffer.WriteBuffer;
import io.datahub.zeromq.curve.KeyStreamBatch;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An event loop: one thread that reads, dispatches and writes for its connections. Each iteration first reads from all
 * ready connections, then writes to all that have output. Other threads submit tasks by {@link #execute}, with one
 * wakeup for many tasks.
 */
final class EventLoop implements Runnable {

    /** A channel's handler on this loop. */
    interface ChannelHandler {

        /** Called when the channel is ready for these operations. */
        void selected(int ready);

        /**
         * Called periodically. Returns whether it needs the shorter tick interval, for a deadline to the fraction of a
         * second.
         */
        boolean tick(long now);

        /** Called when the loop stops. */
        void stop();
    }

    /** A connection with pending output. */
    interface Writer {

        /** Writes as much pending output as the socket accepts. */
        void writePending();
    }

    private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);
    private static final long TICK_MILLIS = 250;
    private static final long IDLE_TICK_MILLIS = 1_000;

    private final Selector selector;
    private final Thread thread;
    private final ReadBuffer readBuffer;
    private final WriteBuffer writeBuffer = new WriteBuffer();
    private final KeyStreamBatch keyStreamBatch = new KeyStreamBatch();
    private final Set<ChannelHandler> members = new LinkedHashSet<>();
    private final Deque<Writer> writeQueue = new ArrayDeque<>();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean wakeupPending = new AtomicBoolean();
    private volatile boolean stopped;

    /** When the last iteration began; written by the loop's thread only. */
    private volatile long lastIteration = System.nanoTime();

    private long now = System.nanoTime();
    private long lastTick = now;
    private long tickMillis = IDLE_TICK_MILLIS;

    EventLoop(BufferPool pool, int number) throws IOException {
        selector = Selector.open();
        readBuffer = new ReadBuffer(pool);
        thread = new Thread(this, "datahub-zeromq-" + number);
    }

    void start() {
        thread.start();
    }

    @Override
    public void run() {
        try {
            while (!stopped) {
                iterate();
            }
        } catch (IOException | RuntimeException e) {
            LOG.error(
                    "event=zeromq.loop.failed thread={} remedy=\"restart the bundle datahub-zeromq\"",
                    thread.getName(),
                    e);
        } finally {
            shutDown();
        }
    }

    private void iterate() throws IOException {
        if (writeQueue.isEmpty() && tasks.isEmpty()) {
            selector.select(this::select, tickMillis);
        } else {
            selector.selectNow(this::select);
        }
        now = System.nanoTime();
        lastIteration = now;
        wakeupPending.set(false);
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            run(task);
        }
        for (int waiting = writeQueue.size(); waiting > 0; waiting--) {
            writeQueue.poll().writePending();
        }
        if (now - lastTick > tickMillis * 1_000_000) {
            tick();
        }
    }

    private void tick() {
        lastTick = now;
        boolean needsShortTick = false;
        for (ChannelHandler member : List.copyOf(members)) {
            needsShortTick |= member.tick(now);
        }
        tickMillis = needsShortTick ? TICK_MILLIS : IDLE_TICK_MILLIS;
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("event=zeromq.task.failed thread={}", thread.getName(), e);
        }
    }

    private void select(SelectionKey key) {
        if (key.isValid()) {
            ((ChannelHandler) key.attachment()).selected(key.readyOps());
        }
    }

    /** Adds a channel's handler; on the loop's thread, or before the loop is started. */
    void add(ChannelHandler member) {
        members.add(member);
        tickMillis = TICK_MILLIS;
    }

    SelectionKey register(SelectableChannel channel, ChannelHandler handler) throws IOException {
        channel.configureBlocking(false);
        int ops = channel instanceof SocketChannel ? SelectionKey.OP_READ : SelectionKey.OP_ACCEPT;
        return channel.register(selector, ops, handler);
    }

    /** Runs a task on the loop's thread. Thread-safe. */
    void execute(Runnable task) {
        tasks.add(task);
        if (!isCurrent() && wakeupPending.compareAndSet(false, true)) {
            selector.wakeup();
        }
    }

    boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /** The time of this iteration, as of {@link System#nanoTime}. */
    long now() {
        return now;
    }

    /**
     * The time since the last iteration began, in nanoseconds. An iteration takes place at least every
     * {@value #IDLE_TICK_MILLIS} milliseconds unless a task blocks the thread. Thread-safe.
     */
    long nanosSinceIteration() {
        return System.nanoTime() - lastIteration;
    }

    String name() {
        return thread.getName();
    }

    ReadBuffer readBuffer() {
        return readBuffer;
    }

    WriteBuffer writeBuffer() {
        return writeBuffer;
    }

    KeyStreamBatch keyStreamBatch() {
        return keyStreamBatch;
    }

    /** Schedules the connection for writing in this iteration. */
    void queueWrite(Writer writer) {
        writeQueue.add(writer);
    }

    void remove(ChannelHandler member) {
        members.remove(member);
    }

    void stop() {
        stopped = true;
        selector.wakeup();
    }

    void join() {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void shutDown() {
        List.copyOf(members).forEach(ChannelHandler::stop);
        readBuffer.close();
        try {
            selector.close();
        } catch (IOException e) {
            LOG.warn("event=zeromq.loop.close-failed thread={} reason={}", thread.getName(), LogText.quoted(e), e);
        }
    }
}
