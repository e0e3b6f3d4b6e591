package io.datahub.http;

import io.datahub.api.event.CloseReason;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.EventSink;
import io.datahub.api.event.Session;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.Login;
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
 * Sends events to one client for as long as it stays. Where it asked for the past, the journal is sent first; the session
 * collects what happens meanwhile, and what was sent already is left out of it. Should the session lose events, for it is
 * bounded, the journal is asked again, so that such a client misses no file event. One write is under way at a time; while
 * the client is slow, events wait in the session's bounded queue and no thread does.
 */
final class SseStream extends IteratingCallback implements EventSink {

    private static final int PIECE_BYTES = 64 * 1024;
    private static final int PAGE = 500;
    private static final long COMMENT_SECONDS = 15;

    private final Exchange exchange;
    private final ChangeJournal journal;
    private final Topics topics;
    private final Consumer<SseStream> whenDone;
    private final Executor executor;
    private final Scheduler scheduler;
    private final SseEncoder text = new SseEncoder();
    private final Deque<EventRun> held = new ArrayDeque<>();
    private Session session;

    /** Whether the client is to have every file event from a cursor on. */
    private boolean follows;

    /** The newest file event that a client that follows was sent. */
    private Cursor sent;

    private long lost;
    private boolean replaying;
    private boolean finished;
    private Scheduler.Task timer;
    private volatile boolean commentDue = true;
    private volatile String end = "";

    /** Whether the session is known here: the broker may call before it has handed the session out. */
    private volatile boolean started;

    SseStream(Exchange exchange, ChangeJournal journal, Topics topics, Consumer<SseStream> whenDone) {
        this.exchange = exchange;
        this.journal = journal;
        this.topics = topics;
        this.whenDone = whenDone;
        executor = exchange.request().getComponents().getExecutor();
        scheduler = exchange.request().getComponents().getScheduler();
    }

    /**
     * Begins to send. The session has its subscriptions already.
     *
     * @param since where the replay of file events begins; empty for none
     */
    void start(Session opened, Optional<Cursor> since) {
        session = opened;
        follows = since.isPresent();
        replaying = follows;
        sent = since.orElse(Cursor.BEGINNING);
        exchange.request().addIdleTimeoutListener(timeout -> false);
        commentDue = false;
        text.comment("granted " + topics.granted(opened.login().user()));
        timer = scheduler.schedule(this::tick, COMMENT_SECONDS, TimeUnit.SECONDS);
        started = true;
        iterate();
    }

    private void tick() {
        commentDue = true;
        wake();
        if (end.isEmpty()) {
            timer = scheduler.schedule(this::tick, COMMENT_SECONDS, TimeUnit.SECONDS);
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
        // the broker looks at the grants
    }

    @Override
    public void ended(CloseReason reason) {
        end(reason.name().toLowerCase(Locale.ROOT).replace('_', ' '));
    }

    /** Says good-bye and ends the answer. */
    void end(String reason) {
        end = reason;
        wake();
    }

    @Override
    protected Action process() {
        if (finished) {
            return Action.SUCCEEDED;
        }
        if (end.isEmpty()) {
            collect();
        }
        String ending = end;
        if (!ending.isEmpty()) {
            text.comment(ending);
            finished = true;
        }
        if (text.isEmpty()) {
            return Action.IDLE;
        }
        Content.Sink sink = exchange.response();
        sink.write(finished, text.take(), this);
        return Action.SCHEDULED;
    }

    private void collect() {
        if (commentDue) {
            commentDue = false;
            text.comment("");
        }
        boolean more = true;
        while (more && text.size() < PIECE_BYTES) {
            if (replaying) {
                replay();
            } else if (!held.isEmpty()) {
                append(held.poll());
            } else {
                more = session.take(PIECE_BYTES, this::receive) > 0;
                if (!more && hasLost()) {
                    replaying = true;
                    more = true;
                }
            }
        }
    }

    private void replay() {
        var page = journal.read(session.login().user(), sent, "", PAGE);
        if (page.isRefused()) {
            end = page.refusal().orElseThrow().detail();
            replaying = false;
            return;
        }
        page.get().changes().stream()
                .filter(change -> topics.include(change.topic()))
                .forEach(text::change);
        Cursor next = page.get().next();
        replaying = !next.equals(sent) && !next.equals(journal.head());
        sent = next;
    }

    /** What comes after a loss waits until the journal has made up for it. */
    private void receive(EventRun run) {
        if (hasLost()) {
            replaying = true;
        }
        if (replaying) {
            held.add(run);
        } else {
            append(run);
        }
    }

    /** Whether the session has lost events since this was asked last, and the client must not miss any. */
    private boolean hasLost() {
        long before = lost;
        if (follows) {
            lost = session.info().lost();
        }
        return lost != before;
    }

    private void append(EventRun run) {
        try {
            for (EventReader event = new EventReader(run); event.next(); ) {
                Optional<Cursor> cursor = EventCursor.of(run, event);
                if (cursor.isEmpty() || !follows) {
                    text.event(run, event, cursor);
                } else if (!wasSent(cursor.get())) {
                    text.event(run, event, cursor);
                    sent = cursor.get();
                }
            }
        } finally {
            run.buffer().release();
        }
    }

    private boolean wasSent(Cursor cursor) {
        return cursor.epoch().equals(sent.epoch()) && cursor.sequence() <= sent.sequence();
    }

    @Override
    protected void onCompleteSuccess() {
        leave();
        exchange.callback().succeeded();
    }

    @Override
    protected void onCompleteFailure(Throwable cause) {
        leave();
        exchange.callback().failed(cause);
    }

    private void leave() {
        end = "gone";
        timer.cancel();
        session.close();
        held.forEach(run -> run.buffer().release());
        held.clear();
        whenDone.accept(this);
    }
}
