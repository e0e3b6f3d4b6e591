package io.datahub.zeromq;

import java.io.IOException;
import java.net.InetAddress;
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
 * One thread that reads, hands on and writes for its connections: first it reads from all that have something, then it
 * writes to all that got something. Others hand over to it by {@link #execute}, with one wake-up for many.
 */
final class Loop implements Runnable {

    /** Something that the loop watches. */
    interface Selected {

        /** It is ready for these operations. */
        void selected(int ready);

        /** Some time has gone by. Returns whether it waits for something that is due to the fraction of a second. */
        boolean tick(long now);

        /** The loop stops. */
        void stop();
    }

    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);
    private static final long TICK_MILLIS = 250;
    private static final long IDLE_TICK_MILLIS = 1_000;

    private final EndpointContext reception;
    private final Selector selector;
    private final Thread thread;
    private final ReadArea area;
    private final WriteBuffer scratch = new WriteBuffer();
    private final Set<Selected> members = new LinkedHashSet<>();
    private final Deque<Connection> writing = new ArrayDeque<>();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean awake = new AtomicBoolean();
    private volatile boolean stopped;

    /** Written by the loop's thread alone. */
    private volatile long turned = System.nanoTime();

    private long now = System.nanoTime();
    private long ticked = now;
    private long tickMillis = IDLE_TICK_MILLIS;

    Loop(EndpointContext reception, int number) throws IOException {
        this.reception = reception;
        selector = Selector.open();
        area = new ReadArea(reception.pool());
        thread = new Thread(this, "datahub-zeromq-" + number);
    }

    void start() {
        thread.start();
    }

    @Override
    public void run() {
        try {
            while (!stopped) {
                turn();
            }
        } catch (IOException | RuntimeException e) {
            LOG.error("zeromq loop={} failed; restart the bundle datahub-zeromq", thread.getName(), e);
        } finally {
            end();
        }
    }

    private void turn() throws IOException {
        if (writing.isEmpty() && tasks.isEmpty()) {
            selector.select(this::select, tickMillis);
        } else {
            selector.selectNow(this::select);
        }
        now = System.nanoTime();
        turned = now;
        awake.set(false);
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            run(task);
        }
        for (int waiting = writing.size(); waiting > 0; waiting--) {
            writing.poll().pump();
        }
        if (now - ticked > tickMillis * 1_000_000) {
            tick();
        }
    }

    private void tick() {
        ticked = now;
        boolean isWaiting = false;
        for (Selected member : List.copyOf(members)) {
            isWaiting |= member.tick(now);
        }
        tickMillis = isWaiting ? TICK_MILLIS : IDLE_TICK_MILLIS;
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("zeromq task failed loop={}", thread.getName(), e);
        }
    }

    private void select(SelectionKey key) {
        if (key.isValid()) {
            ((Selected) key.attachment()).selected(key.readyOps());
        }
    }

    /** Takes a new connection, for which there is room; for any thread. */
    void adopt(SocketChannel channel, InetAddress from) {
        execute(() -> {
            try {
                members.add(new Connection(this, reception, channel));
                tickMillis = TICK_MILLIS;
            } catch (IOException | RuntimeException e) {
                LOG.debug("zeromq connection lost at once", e);
                reception.admission().leave(from);
                closeQuietly(channel);
            }
        });
    }

    /** Takes the listener in; before the loop starts. */
    void adopt(Listener listener) {
        members.add(listener);
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("zeromq close failed", e);
        }
    }

    SelectionKey register(SelectableChannel channel, Selected selected) throws IOException {
        channel.configureBlocking(false);
        int ops = channel instanceof SocketChannel ? SelectionKey.OP_READ : SelectionKey.OP_ACCEPT;
        return channel.register(selector, ops, selected);
    }

    /** Has a task run on the loop's thread, soon; for any thread. */
    void execute(Runnable task) {
        tasks.add(task);
        if (!isCurrent() && awake.compareAndSet(false, true)) {
            selector.wakeup();
        }
    }

    boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /** The time of this turn, as of {@link System#nanoTime}. */
    long now() {
        return now;
    }

    /**
     * How long ago the loop last turned, in nanoseconds; for any thread. It turns at least once in {@value #IDLE_TICK_MILLIS}
     * milliseconds unless something keeps its thread.
     */
    long idleNanos() {
        return System.nanoTime() - turned;
    }

    String name() {
        return thread.getName();
    }

    ReadArea area() {
        return area;
    }

    WriteBuffer scratch() {
        return scratch;
    }

    /** Has the connection write in this turn. */
    void queue(Connection connection) {
        writing.add(connection);
    }

    void forget(Connection connection) {
        members.remove(connection);
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

    private void end() {
        List.copyOf(members).forEach(Selected::stop);
        area.close();
        try {
            selector.close();
        } catch (IOException e) {
            LOG.warn("zeromq selector not closed", e);
        }
    }
}
