package io.datahub.websocket;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.event.CloseReason;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.EventSink;
import io.datahub.api.event.EventWriter;
import io.datahub.api.event.Session;
import io.datahub.api.event.SharedBuffer;
import io.datahub.api.record.Change;
import io.datahub.api.user.Login;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
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
 * Delivers events to one client. It takes a batch from the session, writes it, and takes the next one when the write
 * has completed, so that pending events stay in the bounded queue of the broker. Broker threads only signal; batches
 * are built on threads of the executors, one at a time.
 */
final class EventFeed implements EventSink {

    private static final Logger LOG = LoggerFactory.getLogger(EventFeed.class);
    private static final int BATCH_BYTES = 32 * 1024;

    private final CoreSession socket;
    private final RunEncoder encoder;
    private final Executor sendExecutor;
    private final Executor replayExecutor;
    private final Consumer<CloseReason> onEnd;
    private final AtomicBoolean scheduled = new AtomicBoolean();

    // guarded by this
    private final Deque<Begun> replays = new ArrayDeque<>();
    private final List<ReplayCursorFilter> filters = new ArrayList<>();
    private boolean writing;

    private volatile Session session;
    private volatile boolean blocking;

    /** A replay and the callback that receives its start result, or the error that ends it early. */
    private record Begun(JournalReplay replay, Consumer<Optional<Refusal>> outcome) {}

    EventFeed(
            CoreSession socket,
            RunEncoder encoder,
            Executor sendExecutor,
            Executor replayExecutor,
            Consumer<CloseReason> onEnd) {
        this.socket = socket;
        this.encoder = encoder;
        this.sendExecutor = sendExecutor;
        this.replayExecutor = replayExecutor;
        this.onEnd = onEnd;
    }

    /** Starts to deliver events of a session. */
    void start(Session from) {
        session = from;
        signal();
    }

    /** Runs a task while no event is being sent, so that its reply is sent before the events that it causes. */
    synchronized void runExclusive(Runnable task) {
        task.run();
    }

    /** Starts a replay; its outcome is reported on a thread of the executors before its first event is sent. */
    void replay(JournalReplay replay, Consumer<Optional<Refusal>> outcome) {
        synchronized (this) {
            replays.addLast(new Begun(replay, outcome));
            blocking = true;
        }
        signal();
    }

    /** The number of replays in progress. */
    synchronized int replays() {
        return replays.size();
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
            (blocking ? replayExecutor : sendExecutor).execute(this::send);
        }
    }

    private void send() {
        try {
            sendBatch();
        } catch (RuntimeException e) {
            LOG.error("event=failed action=send cure=\"the client is cut and may come again\"", e);
            socket.abort();
        }
    }

    private void sendBatch() {
        scheduled.set(false);
        FrameBatch batch = new FrameBatch(socket);
        synchronized (this) {
            if (writing || session == null || !fillBatch(batch)) {
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
        Begun active = replays.poll();
        if (active != null) {
            continueReplay(active, batch);
            blocking = !replays.isEmpty();
            if (!replays.isEmpty() && replays.peek().replay().isSubscribed()) {
                return true;
            }
        }
        return session.take(BATCH_BYTES, run -> write(run, batch)) > 0 || active != null;
    }

    private void continueReplay(Begun active, FrameBatch batch) {
        JournalReplay replay = active.replay();
        Result<List<Change>> page = replay.next();
        active.outcome().accept(page.refusal());
        if (page.isRefused()) {
            return;
        }
        page.get().forEach(change -> write(change, batch));
        if (replay.isComplete()) {
            filters.add(replay.filter());
        } else if (replay.isSubscribed()) {
            replays.addFirst(active);
        } else {
            replays.addLast(active);
        }
    }

    private void write(Change change, FrameBatch batch) {
        ByteBuffer event = EventWriter.write(
                change.topic().getBytes(StandardCharsets.UTF_8), change.json().getBytes(StandardCharsets.UTF_8));
        EventRun run = new EventRun(
                new SharedBuffer(event), 0, event.limit(), 1, "", change.time().toEpochMilli());
        batch.add(encoder.encodeUncached(run), 0, 0);
    }

    private void write(EventRun run, FrameBatch batch) {
        EncodedRun encoded = encoder.encode(run);
        if (filters.isEmpty()) {
            batch.add(encoded, 0, encoded.count() - 1);
        } else {
            writeFiltered(run, encoded, batch);
        }
        run.buffer().release();
    }

    private void writeFiltered(EventRun run, EncodedRun encoded, FrameBatch batch) {
        EventReader events = new EventReader(run);
        for (int i = 0; events.next(); i++) {
            String topic = events.topic();
            ByteBuffer payload = events.payload();
            if (filters.stream().noneMatch(filter -> filter.isDuplicate(topic, payload))) {
                batch.add(encoded, i, i);
            }
            filters.removeIf(ReplayCursorFilter::isComplete);
        }
    }
}
