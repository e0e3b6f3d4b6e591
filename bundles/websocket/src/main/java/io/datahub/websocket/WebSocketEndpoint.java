package io.datahub.websocket;

import io.datahub.api.event.CloseReason;
import io.datahub.api.event.EventBroker;
import io.datahub.api.record.ChangeJournal;
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

/** What all clients share: the hub behind them, the threads, the encoders; and who is connected. For any thread. */
final class WebSocketEndpoint implements AutoCloseable {

    private final EventBroker broker;
    private final Authenticator authenticator;
    private final ChangeJournal journal;
    private final Map<Subprotocol, RunEncoder> encoders = new EnumMap<>(Subprotocol.class);
    private final AtomicLong held = new AtomicLong();
    private final Set<WebSocketConnection> clients = ConcurrentHashMap.newKeySet();
    private final List<SerialExecutor> lanes = new CopyOnWriteArrayList<>();
    private final AtomicInteger turn = new AtomicInteger();
    private final ThreadPoolExecutor replaying;
    private final ScheduledThreadPoolExecutor timer;
    private volatile WebSocketConfiguration configuration;
    private volatile int lanesInUse;
    private volatile boolean stopped;

    WebSocketEndpoint(
            EventBroker broker,
            Authenticator authenticator,
            ChangeJournal journal,
            WebSocketConfiguration configuration) {
        this.broker = broker;
        this.authenticator = authenticator;
        this.journal = journal;
        this.configuration = configuration;
        configure(configuration);
        for (Subprotocol dialect : Subprotocol.values()) {
            encoders.put(dialect, new RunEncoder(dialect));
        }
        replaying = pool(2, "datahub-websocket-replay");
        timer = new ScheduledThreadPoolExecutor(1, named("datahub-websocket-timer"));
        timer.setRemoveOnCancelPolicy(true);
        timer.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Takes another configuration. Clients keep the thread that they have; threads too many get no further clients. */
    synchronized void configure(WebSocketConfiguration changed) {
        configuration = changed;
        int processors = Math.min(8, Runtime.getRuntime().availableProcessors());
        int threads = changed.threads() > 0 ? changed.threads() : processors;
        while (!stopped && lanes.size() < threads) {
            lanes.add(new SerialExecutor("datahub-websocket-send-" + (lanes.size() + 1)));
        }
        lanesInUse = Math.min(threads, lanes.size());
    }

    /** Threads that end when there is nothing to do for a while; after the end, tasks are dropped. */
    private static ThreadPoolExecutor pool(int threads, String name) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads,
                threads,
                30,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                named(name),
                new ThreadPoolExecutor.DiscardPolicy());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static ThreadFactory named(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> new Thread(task, name + "-" + number.incrementAndGet());
    }

    EventBroker broker() {
        return broker;
    }

    Authenticator authenticator() {
        return authenticator;
    }

    ChangeJournal journal() {
        return journal;
    }

    WebSocketConfiguration configuration() {
        return configuration;
    }

    /** The events on their way to a client. */
    EventFeed feed(CoreSession socket, Subprotocol dialect, Consumer<CloseReason> ending) {
        return new EventFeed(socket, encoders.get(dialect), lane(), replaying, ending);
    }

    /**
     * Does something after a time.
     *
     * @return forgets it
     */
    Runnable later(long millis, Runnable task) {
        Future<?> future = timer.schedule(task, millis, TimeUnit.MILLISECONDS);
        return () -> future.cancel(false);
    }

    /** Does something on a thread of the gateway. */
    void soon(Runnable task) {
        lane().execute(task);
    }

    /** Each in turn. */
    private SerialExecutor lane() {
        return lanes.get(Math.floorMod(turn.getAndIncrement(), lanesInUse));
    }

    /** Whether there is room for another client. */
    boolean hasRoom() {
        return clients.size() < configuration.maxConnections();
    }

    /**
     * Takes account of messages that clients have sent in part. When all together are too much, the client with the most
     * has to go.
     */
    void holds(int change) {
        if (held.addAndGet(change) > configuration.maxIncomingBytes() && change > 0) {
            clients.stream()
                    .max(Comparator.comparingInt(WebSocketConnection::heldBytes))
                    .ifPresent(largest -> largest.close(CloseStatus.TRY_AGAIN_LATER, "too much is coming in at once"));
        }
    }

    /** Counts a client in; if the gateway has stopped, closes it and answers false. */
    boolean enter(WebSocketConnection client) {
        clients.add(client);
        if (stopped) {
            client.close(CloseStatus.SHUTDOWN, "the hub stops");
        }
        return !stopped;
    }

    void leave(WebSocketConnection client) {
        clients.remove(client);
        if (stopped) {
            synchronized (clients) {
                clients.notifyAll();
            }
        }
    }

    /** How many clients are connected. */
    int clients() {
        return clients.size();
    }

    /** Says good-bye to all clients, waits for them as long as a closing connection may take, and ends the threads. */
    @Override
    public void close() {
        synchronized (this) {
            stopped = true;
        }
        clients.forEach(client -> client.close(CloseStatus.SHUTDOWN, "the hub stops"));
        awaitEmpty(TimeUnit.MILLISECONDS.toNanos(configuration.closeMillis()));
        timer.shutdownNow();
        replaying.shutdownNow();
        lanes.forEach(SerialExecutor::end);
        try {
            for (ThreadPoolExecutor pool : List.of(timer, replaying)) {
                pool.awaitTermination(1, TimeUnit.SECONDS);
            }
            for (SerialExecutor lane : lanes) {
                lane.join(1000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitEmpty(long nanos) {
        long end = System.nanoTime() + nanos;
        synchronized (clients) {
            while (!clients.isEmpty()) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    return;
                }
                try {
                    clients.wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }
}
