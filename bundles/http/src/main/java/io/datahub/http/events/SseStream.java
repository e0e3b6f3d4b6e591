package io.datahub.http.events;

import io.datahub.api.Refusal;
import io.datahub.api.event.CloseReason;
import io.datahub.api.event.EventSink;
import io.datahub.api.event.Session;
import io.datahub.api.feed.ReplayingFeed;
import io.datahub.api.history.EventHistory;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.Login;
import io.datahub.jetty.web.Exchange;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.IteratingCallback;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Sends events to one client until it disconnects. If it requested a replay, it misses no kept event; see {@link
 * ReplayingFeed}. One write is in progress at a time; while the client is slow, events wait in the bounded queue of the
 * session and no thread is blocked.
 */
final class SseStream extends IteratingCallback implements EventSink {

    private static final int CHUNK_BYTES = 64 * 1024;
    private static final long KEEP_ALIVE_SECONDS = 15;

    /** When the history is read again that couldn't be read. */
    private static final long RETRY_MILLIS = 200;

    private final Exchange exchange;
    private final EventHistory history;
    private final Topics topics;
    private final Consumer<SseStream> onDone;
    private final Executor executor;
    private final Scheduler scheduler;
    private final SseEncoder encoder = new SseEncoder();
    private Session session;
    private ReplayingFeed feed;
    private boolean finished;
    private Scheduler.Task timer;
    private volatile boolean keepAliveDue = true;
    private volatile boolean retrying;
    private volatile String endReason = "";

    /** Whether the session has been assigned: the broker may call before it has returned the session. */
    private volatile boolean started;

    SseStream(Exchange exchange, EventHistory history, Topics topics, Consumer<SseStream> onDone) {
        this.exchange = exchange;
        this.history = history;
        this.topics = topics;
        this.onDone = onDone;
        executor = exchange.request().getComponents().getExecutor();
        scheduler = exchange.request().getComponents().getScheduler();
    }

    /**
     * Subscribes to the topics; called once, before {@link #start}.
     *
     * @param since where the replay of kept events starts; empty for none
     */
    Optional<Refusal> subscribe(Session opened, Optional<Cursor> since) {
        session = opened;
        feed = new ReplayingFeed(opened, history);
        return since.map(cursor -> feed.subscribe(topics.prefixes(), cursor, gap -> endReason = gap.detail()))
                .orElseGet(() -> feed.subscribe(topics.prefixes()));
    }

    /** Starts to send, on a thread of the executor. */
    void start() {
        executor.execute(this::begin);
    }

    private void begin() {
        exchange.request().addIdleTimeoutListener(timeout -> false);
        keepAliveDue = false;
        encoder.comment("granted " + topics.granted(session.login().user()));
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
        while (more && endReason.isEmpty() && encoder.size() < CHUNK_BYTES) {
            more = feed.next(CHUNK_BYTES, encoder::events, encoder::pastEvents);
        }
        if (feed.isUnavailable() && !retrying) {
            retrying = true;
            scheduler.schedule(this::readAgain, RETRY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void readAgain() {
        retrying = false;
        wake();
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
        onDone.accept(this);
    }
}
