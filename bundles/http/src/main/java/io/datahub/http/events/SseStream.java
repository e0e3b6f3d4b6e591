package io.datahub.http.events;

import io.datahub.api.event.CloseReason;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.EventSink;
import io.datahub.api.event.Session;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.Login;
import io.datahub.jetty.web.Exchange;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.IteratingCallback;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Sends events to one client until it disconnects. If it requested a replay, the journal is sent first; the session
 * queues concurrent events, and those that the replay already covered are skipped. If the session loses events because
 * its queue is bounded, the journal is read again, so that such a client misses no file event. One write is in progress
 * at a time; while the client is slow, events wait in the bounded queue of the session and no thread is blocked.
 */
final class SseStream extends IteratingCallback implements EventSink {

    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int PAGE_SIZE = 500;
    private static final long KEEP_ALIVE_SECONDS = 15;

    private final Exchange exchange;
    private final ChangeJournal journal;
    private final Topics topics;
    private final Consumer<SseStream> onDone;
    private final Executor executor;
    private final Scheduler scheduler;
    private final SseEncoder encoder = new SseEncoder();
    private final Deque<EventRun> deferred = new ArrayDeque<>();
    private Session session;

    /** Whether the client must receive every file event after a cursor. */
    private boolean replayRequested;

    /** The cursor of the newest file event that was sent; used with replay only. */
    private Cursor lastSent;

    private long lostCount;
    private boolean replaying;
    private boolean finished;
    private Scheduler.Task timer;
    private volatile boolean keepAliveDue = true;
    private volatile String endReason = "";

    /** Whether the session has been assigned: the broker may call before it has returned the session. */
    private volatile boolean started;

    SseStream(Exchange exchange, ChangeJournal journal, Topics topics, Consumer<SseStream> onDone) {
        this.exchange = exchange;
        this.journal = journal;
        this.topics = topics;
        this.onDone = onDone;
        executor = exchange.request().getComponents().getExecutor();
        scheduler = exchange.request().getComponents().getScheduler();
    }

    /**
     * Starts to send. The session has its subscriptions already.
     *
     * @param since where the replay of file events starts; empty for none
     */
    void start(Session opened, Optional<Cursor> since) {
        session = opened;
        replayRequested = since.isPresent();
        replaying = replayRequested;
        lastSent = since.orElse(Cursor.BEGINNING);
        exchange.request().addIdleTimeoutListener(timeout -> false);
        keepAliveDue = false;
        encoder.comment("granted " + topics.granted(opened.login().user()));
        timer = scheduler.schedule(this::sendKeepAlive, KEEP_ALIVE_SECONDS, TimeUnit.SECONDS);
        started = true;
        iterate();
    }

    private void sendKeepAlive() {
        keepAliveDue = true;
        wake();
        if (endReason.isEmpty()) {
            timer = scheduler.schedule(this::sendKeepAlive, KEEP_ALIVE_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void wake() {
        if (started) {
            executor.execute(this::iterate);
        }
    }

    @Override
    public void ready() {
        wake();
    }

    @Override
    public void resume() {
        // nothing is published here
    }

    @Override
    public void renewed(Login login) {
        // the broker checks the grants
    }

    @Override
    public void ended(CloseReason reason) {
        end(reason.name().toLowerCase(Locale.ROOT).replace('_', ' '));
    }

    /** Sends the reason as a comment and completes the response. */
    void end(String reason) {
        endReason = reason;
        wake();
    }

    @Override
    protected Action process() {
        if (finished) {
            return Action.SUCCEEDED;
        }
        if (endReason.isEmpty()) {
            encodeEvents();
        }
        String reason = endReason;
        if (!reason.isEmpty()) {
            encoder.comment(reason);
            finished = true;
        }
        if (encoder.isEmpty()) {
            return Action.IDLE;
        }
        Content.Sink sink = exchange.response();
        sink.write(finished, encoder.take(), this);
        return Action.SCHEDULED;
    }

    private void encodeEvents() {
        if (keepAliveDue) {
            keepAliveDue = false;
            encoder.comment("");
        }
        boolean more = true;
        while (more && encoder.size() < CHUNK_BYTES) {
            if (replaying) {
                replay();
            } else if (!deferred.isEmpty()) {
                append(deferred.poll());
            } else {
                more = session.take(CHUNK_BYTES, this::receive) > 0;
                if (!more && hasLost()) {
                    replaying = true;
                    more = true;
                }
            }
        }
    }

    private void replay() {
        var page = journal.read(session.login().user(), lastSent, "", PAGE_SIZE);
        if (page.isRefused()) {
            endReason = page.refusal().orElseThrow().detail();
            replaying = false;
            return;
        }
        page.get().changes().stream()
                .filter(change -> topics.include(change.topic()))
                .forEach(encoder::change);
        Cursor next = page.get().next();
        replaying = !next.equals(lastSent) && !next.equals(journal.head());
        lastSent = next;
    }

    /** Events after a loss are deferred until the journal has been replayed. */
    private void receive(EventRun run) {
        if (hasLost()) {
            replaying = true;
        }
        if (replaying) {
            deferred.add(run);
        } else {
            append(run);
        }
    }

    /** Whether the session has lost events since the last call, and the client must not miss any. */
    private boolean hasLost() {
        long before = lostCount;
        if (replayRequested) {
            lostCount = session.info().lost();
        }
        return lostCount != before;
    }

    private void append(EventRun run) {
        try {
            for (EventReader event = new EventReader(run); event.next(); ) {
                Optional<Cursor> cursor = EventCursor.of(run, event);
                if (cursor.isEmpty() || !replayRequested) {
                    encoder.event(run, event, cursor);
                } else if (!isAlreadySent(cursor.get())) {
                    encoder.event(run, event, cursor);
                    lastSent = cursor.get();
                }
            }
        } finally {
            run.buffer().release();
        }
    }

    private boolean isAlreadySent(Cursor cursor) {
        return cursor.epoch().equals(lastSent.epoch()) && cursor.sequence() <= lastSent.sequence();
    }

    @Override
    protected void onCompleteSuccess() {
        cleanUp();
        exchange.callback().succeeded();
    }

    @Override
    protected void onCompleteFailure(Throwable cause) {
        cleanUp();
        exchange.callback().failed(cause);
    }

    private void cleanUp() {
        endReason = "gone";
        timer.cancel();
        session.close();
        deferred.forEach(run -> run.buffer().release());
        deferred.clear();
        onDone.accept(this);
    }
}
