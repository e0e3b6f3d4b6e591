package io.datahub.websocket;

import io.datahub.api.Refusal;
import io.datahub.api.event.CloseReason;
import io.datahub.api.event.EventSink;
import io.datahub.api.event.Session;
import io.datahub.api.feed.ReplayingFeed;
import io.datahub.api.history.EventHistory;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.Login;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends events to one client. It takes a batch from the client's feed, writes it, and takes the next one when the write
 * has completed, so that pending events stay in the bounded queue of the broker. Broker threads only signal; batches
 * are built on threads of the executors, one at a time: on those for replays while the history must be read, since that
 * may block on disk I/O.
 */
final class EventSender implements EventSink {

    private static final Logger LOG = LoggerFactory.getLogger(EventSender.class);
    private static final int BATCH_BYTES = 32 * 1024;

    private final CoreSession socket;
    private final EventHistory history;
    private final RunEncoder encoder;
    private final Executor sendExecutor;
    private final Executor replayExecutor;
    private final Consumer<CloseReason> onEnd;
    private final Consumer<Runnable> confirmation;
    private final Consumer<Runnable> retry;
    private final AtomicBoolean scheduled = new AtomicBoolean();

    // guarded by this
    private final Deque<Runnable> requests = new ArrayDeque<>();
    private ReplayingFeed feed;
    private boolean writing;
    private int unconfirmed;
    private boolean retrying;

    private volatile boolean blocking;

    /**
     * @param confirmation calls back when the subscriptions made so far are in force, also at other hubs
     * @param retry calls back after a while
     */
    EventSender(
            CoreSession socket,
            EventHistory history,
            RunEncoder encoder,
            Executor sendExecutor,
            Executor replayExecutor,
            Consumer<CloseReason> onEnd,
            Consumer<Runnable> confirmation,
            Consumer<Runnable> retry) {
        this.socket = socket;
        this.history = history;
        this.encoder = encoder;
        this.sendExecutor = sendExecutor;
        this.replayExecutor = replayExecutor;
        this.onEnd = onEnd;
        this.confirmation = confirmation;
        this.retry = retry;
    }

    /** Starts to send the events of a session; no subscriptions may be made before. */
    void start(Session session) {
        synchronized (this) {
            feed = new ReplayingFeed(session, history);
        }
        signal();
    }

    /**
     * Subscribes to live events. The outcome is reported on a thread of the executors, before the first of them is sent,
     * and not before what is published at another hub arrives.
     */
    synchronized void subscribe(List<String> topics, Consumer<Optional<Refusal>> outcome) {
        report(feed.subscribe(topics), outcome);
    }

    /**
     * Subscribes to events and replays the kept events after a cursor. The outcome is reported on a thread of the
     * executors, before the first event is sent, as above.
     *
     * @param gap receives the refusal if the subscription ends later because the history lacks what must be read
     */
    void subscribe(List<String> topics, Cursor since, Consumer<Optional<Refusal>> outcome, Consumer<Refusal> gap) {
        synchronized (this) {
            requests.addLast(() -> report(feed.subscribe(topics, since, gap), outcome));
            blocking = true;
        }
        signal();
    }

    /** Reports the outcome; a subscription once it is in force, and until then no event is sent. */
    private synchronized void report(Optional<Refusal> refusal, Consumer<Optional<Refusal>> outcome) {
        if (refusal.isPresent()) {
            outcome.accept(refusal);
        } else {
            unconfirmed++;
            confirmation.accept(() -> sendExecutor.execute(() -> confirmed(outcome)));
        }
    }

    private void confirmed(Consumer<Optional<Refusal>> outcome) {
        synchronized (this) {
            outcome.accept(Optional.empty());
            unconfirmed--;
        }
        signal();
    }

    /** Removes a subscription; false if there was none. */
    synchronized boolean unsubscribe(String topic) {
        return feed.unsubscribe(topic);
    }

    /** The number of replays in progress. */
    synchronized int replays() {
        return requests.size() + feed.replays();
    }

    @Override
    public void ready() {
        signal();
    }

    @Override
    public void resume() {
        // No-op: publishing WebSocket clients are never paused.
    }

    @Override
    public void renewed(Login login) {
        // The broker checks grants; the client isn't notified.
    }

    @Override
    public void ended(CloseReason reason) {
        sendExecutor.execute(() -> onEnd.accept(reason));
    }

    private void signal() {
        if (scheduled.compareAndSet(false, true)) {
            if (blocking) {
                replayExecutor.execute(this::send);
            } else {
                sendExecutor.execute(this::sendUnlessBlocking);
            }
        }
    }

    private void sendUnlessBlocking() {
        if (blocking) {
            replayExecutor.execute(this::send);
        } else {
            send();
        }
    }

    private void send() {
        try {
            sendBatch();
        } catch (RuntimeException e) {
            LOG.error("event=websocket.send.failed consequence=\"the client is disconnected\"", e);
            socket.abort();
        }
    }

    private void sendBatch() {
        scheduled.set(false);
        FrameBatch batch = new FrameBatch(socket);
        synchronized (this) {
            if (writing || feed == null || !fillBatch(batch)) {
                return;
            }
            writing = true;
        }
        batch.send(Callback.from(this::written, failure -> {}));
    }

    private void written() {
        synchronized (this) {
            writing = false;
        }
        signal();
    }

    /** Fills the batch; false if there was nothing to do. */
    private boolean fillBatch(FrameBatch batch) {
        Runnable request = requests.poll();
        if (request != null) {
            request.run();
        }
        boolean more = unconfirmed == 0 && fillWithEvents(batch);
        blocking = !requests.isEmpty() || feed.isReplaying();
        return more || request != null;
    }

    private boolean fillWithEvents(FrameBatch batch) {
        PastFrames past = new PastFrames(encoder, batch);
        boolean more = feed.next(
                BATCH_BYTES,
                run -> {
                    past.end();
                    batch.add(encoder.encode(run));
                },
                past::add);
        past.end();
        if (feed.isUnavailable() && !retrying) {
            retrying = true;
            retry.accept(this::readAgain);
        }
        return more;
    }

    private void readAgain() {
        synchronized (this) {
            retrying = false;
        }
        if (socket.isOutputOpen()) {
            signal();
        }
    }
}
