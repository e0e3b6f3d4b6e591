package io.datahub.websocket;

import io.datahub.api.event.CloseReason;
import io.datahub.api.event.EventBroker;
import io.datahub.api.history.EventHistory;
import io.datahub.api.user.Authenticator;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.CoreSession;

/**
 * State shared by all clients: the services of the hub, the threads, the encoders, and the open connections.
 * Thread-safe.
 */
final class WebSocketEndpoint implements AutoCloseable {

    /** When the history is read again that couldn't be read. */
    private static final int HISTORY_RETRY_MILLIS = 200;

    private final EventBroker broker;
    private final Authenticator authenticator;
    private final EventHistory history;
    private final Map<Subprotocol, RunEncoder> encoders = new EnumMap<>(Subprotocol.class);
    private final AtomicLong buffered = new AtomicLong();
    private final Set<WebSocketClient> connections = ConcurrentHashMap.newKeySet();
    private final List<SerialExecutor> senders = new CopyOnWriteArrayList<>();
    private final AtomicInteger next = new AtomicInteger();
    private final ThreadPoolExecutor replayExecutor;
    private final ScheduledThreadPoolExecutor timer;
    private volatile WebSocketConfiguration configuration;
    private volatile int sendersInUse;
    private volatile boolean stopped;

    WebSocketEndpoint(
            EventBroker broker,
            Authenticator authenticator,
            EventHistory history,
            WebSocketConfiguration configuration) {
        this.broker = broker;
        this.authenticator = authenticator;
        this.history = history;
        this.configuration = configuration;
        configure(configuration);
        for (Subprotocol subprotocol : Subprotocol.values()) {
            encoders.put(subprotocol, new RunEncoder(subprotocol));
        }
        replayExecutor = pool(2, "datahub-websocket-replay");
        timer = new ScheduledThreadPoolExecutor(1, threadFactory("datahub-websocket-timer"));
        timer.setRemoveOnCancelPolicy(true);
        timer.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Applies a new configuration. Connections keep their thread; surplus threads get no new connections. */
    synchronized void configure(WebSocketConfiguration changed) {
        configuration = changed;
        int processors = Math.min(8, Runtime.getRuntime().availableProcessors());
        int threads = changed.threads() > 0 ? changed.threads() : processors;
        while (!stopped && senders.size() < threads) {
            senders.add(new SerialExecutor("datahub-websocket-send-" + (senders.size() + 1)));
        }
        sendersInUse = Math.min(threads, senders.size());
    }

    /** A pool whose threads end after an idle time; tasks submitted after shutdown are dropped. */
    private static ThreadPoolExecutor pool(int threads, String name) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads,
                threads,
                30,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                threadFactory(name),
                new ThreadPoolExecutor.DiscardPolicy());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static ThreadFactory threadFactory(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> new Thread(task, name + "-" + number.incrementAndGet());
    }

    EventBroker broker() {
        return broker;
    }

    Authenticator authenticator() {
        return authenticator;
    }

    WebSocketConfiguration configuration() {
        return configuration;
    }

    /** Creates the sender of a client's events. */
    EventSender sender(CoreSession socket, Subprotocol subprotocol, Consumer<CloseReason> onEnd) {
        return new EventSender(
                socket,
                history,
                encoders.get(subprotocol),
                nextSender(),
                replayExecutor,
                onEnd,
                broker::confirmSubscriptions,
                task -> schedule(HISTORY_RETRY_MILLIS, task));
    }

    /**
     * Schedules a task.
     *
     * @return cancels it
     */
    Runnable schedule(long millis, Runnable task) {
        Future<?> future = timer.schedule(task, millis, TimeUnit.MILLISECONDS);
        return () -> future.cancel(false);
    }

    /** Runs a task on one of the send threads. */
    void execute(Runnable task) {
        nextSender().execute(task);
    }

    /** Round-robin. */
    private SerialExecutor nextSender() {
        return senders.get(Math.floorMod(next.getAndIncrement(), sendersInUse));
    }

    /** Whether another client may connect. */
    boolean hasCapacity() {
        return connections.size() < configuration.maxConnections();
    }

    /**
     * Tracks the bytes of incomplete messages. If the total exceeds the limit, the client with the largest share is
     * closed.
     */
    void addBuffered(int change) {
        if (buffered.addAndGet(change) > configuration.maxIncomingBytes() && change > 0) {
            connections.stream()
                    .max(Comparator.comparingInt(WebSocketClient::bufferedBytes))
                    .ifPresent(largest -> largest.close(
                            CloseStatus.TRY_AGAIN_LATER, "too many incomplete messages at once; try again"));
        }
    }

    /** Registers a connection; if the endpoint has stopped, closes it and returns false. */
    boolean register(WebSocketClient connection) {
        connections.add(connection);
        if (stopped) {
            connection.close(CloseStatus.SHUTDOWN, "the hub is stopping");
        }
        return !stopped;
    }

    void unregister(WebSocketClient connection) {
        connections.remove(connection);
        if (stopped) {
            synchronized (connections) {
                connections.notifyAll();
            }
        }
    }

    /** The number of connected clients. */
    int connections() {
        return connections.size();
    }

    /** Closes all connections, waits for them up to the close timeout, and stops the threads. */
    @Override
    public void close() {
        synchronized (this) {
            stopped = true;
        }
        connections.forEach(connection -> connection.close(CloseStatus.SHUTDOWN, "the hub is stopping"));
        awaitDisconnects(TimeUnit.MILLISECONDS.toNanos(configuration.closeMillis()));
        timer.shutdownNow();
        replayExecutor.shutdownNow();
        senders.forEach(SerialExecutor::stop);
        try {
            for (ThreadPoolExecutor pool : List.of(timer, replayExecutor)) {
                pool.awaitTermination(1, TimeUnit.SECONDS);
            }
            for (SerialExecutor sender : senders) {
                sender.join(1000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitDisconnects(long nanos) {
        long deadline = System.nanoTime() + nanos;
        synchronized (connections) {
            while (!connections.isEmpty()) {
                long remaining = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (remaining <= 0) {
                    return;
                }
                try {
                    connections.wait(remaining);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }
}
