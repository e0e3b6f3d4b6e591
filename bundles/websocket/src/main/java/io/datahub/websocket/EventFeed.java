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
 * The events on their way to one client. It takes a batch from the session, writes it, and takes the next one when that
 * is with the operating system, so that what waits waits in the broker's bounded queue. The broker's threads only leave a
 * signal; batches are made by the executors' threads, one at a time.
 */
final class EventFeed implements EventSink {

    private static final Logger LOG = LoggerFactory.getLogger(EventFeed.class);
    private static final int BATCH_BYTES = 32 * 1024;

    private final CoreSession socket;
    private final RunEncoder encoder;
    private final Executor sending;
    private final Executor replaying;
    private final Consumer<CloseReason> ending;
    private final AtomicBoolean signalled = new AtomicBoolean();

    // guarded by this
    private final Deque<Begun> replays = new ArrayDeque<>();
    private final List<ReplayCursorFilter> seams = new ArrayList<>();
    private boolean writing;

    private volatile Session session;
    private volatile boolean blocking;

    /** A replay and who is told how its beginning, or its end before time, came out. */
    private record Begun(JournalReplay replay, Consumer<Optional<Refusal>> outcome) {}

    EventFeed(
            CoreSession socket,
            RunEncoder encoder,
            Executor sending,
            Executor replaying,
            Consumer<CloseReason> ending) {
        this.socket = socket;
        this.encoder = encoder;
        this.sending = sending;
        this.replaying = replaying;
        this.ending = ending;
    }

    /** Begins to take from a session. */
    void begin(Session from) {
        session = from;
        signal();
    }

    /** Does something while no event is sent, so that its answer goes before the events that it brings. */
    synchronized void between(Runnable exchange) {
        exchange.run();
    }

    /** Begins a replay; its outcome is told on a thread of the executors before its first event is sent. */
    void replay(JournalReplay replay, Consumer<Optional<Refusal>> outcome) {
        synchronized (this) {
            replays.addLast(new Begun(replay, outcome));
            blocking = true;
        }
        signal();
    }

    /** How many replays haven't come to their end. */
    synchronized int replays() {
        return replays.size();
    }

    @Override
    public void ready() {
        signal();
    }

    @Override
    public void resume() {
        // A WebSocket client that publishes never waits.
    }

    @Override
    public void renewed(Login login) {
        // The broker looks at grants; there is nothing to tell the client.
    }

    @Override
    public void ended(CloseReason reason) {
        sending.execute(() -> ending.accept(reason));
    }

    private void signal() {
        if (signalled.compareAndSet(false, true)) {
            (blocking ? replaying : sending).execute(this::send);
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
        signalled.set(false);
        FrameBatch batch = new FrameBatch(socket);
        synchronized (this) {
            if (writing || session == null || !makeBatch(batch)) {
                return;
            }
            writing = true;
        }
        batch.depart(Callback.from(this::written, failure -> {}));
    }

    private void written() {
        synchronized (this) {
            writing = false;
        }
        signal();
    }

    /** False if there was nothing to do. */
    private boolean makeBatch(FrameBatch batch) {
        Begun begun = replays.poll();
        if (begun != null) {
            readOn(begun, batch);
            blocking = !replays.isEmpty();
            if (!replays.isEmpty() && replays.peek().replay().isClosing()) {
                return true;
            }
        }
        return session.take(BATCH_BYTES, run -> write(run, batch)) > 0 || begun != null;
    }

    private void readOn(Begun begun, FrameBatch batch) {
        JournalReplay replay = begun.replay();
        Result<List<Change>> page = replay.next();
        begun.outcome().accept(page.refusal());
        if (page.isRefused()) {
            return;
        }
        page.get().forEach(change -> write(change, batch));
        if (replay.isOver()) {
            seams.add(replay.seam());
        } else if (replay.isClosing()) {
            replays.addFirst(begun);
        } else {
            replays.addLast(begun);
        }
    }

    private void write(Change change, FrameBatch batch) {
        ByteBuffer event = EventWriter.write(
                change.topic().getBytes(StandardCharsets.UTF_8), change.json().getBytes(StandardCharsets.UTF_8));
        EventRun run = new EventRun(
                new SharedBuffer(event), 0, event.limit(), 1, "", change.time().toEpochMilli());
        batch.add(encoder.encodeAlone(run), 0, 0);
    }

    private void write(EventRun run, FrameBatch batch) {
        EncodedRun encoded = encoder.encode(run);
        if (seams.isEmpty()) {
            batch.add(encoded, 0, encoded.count() - 1);
        } else {
            writeBehindSeams(run, encoded, batch);
        }
        run.buffer().release();
    }

    private void writeBehindSeams(EventRun run, EncodedRun encoded, FrameBatch batch) {
        EventReader events = new EventReader(run);
        for (int i = 0; events.next(); i++) {
            String topic = events.topic();
            ByteBuffer payload = events.payload();
            if (seams.stream().noneMatch(seam -> seam.repeats(topic, payload))) {
                batch.add(encoded, i, i);
            }
            seams.removeIf(ReplayCursorFilter::isPassed);
        }
    }
}
