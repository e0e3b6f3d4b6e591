package io.datahub.http.events;

import io.datahub.api.Reason;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Login;
import io.datahub.jetty.web.Exchange;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Responds to {@code GET /changes}: immediately if there are changes, otherwise when there are some or the wait time
 * has elapsed.
 */
final class ChangesResponse implements Runnable {

    /** The cursor to continue from; in an error response, the oldest available cursor. */
    static final String CURSOR = "Datahub-Cursor";

    private static final HttpField JSON_LINES =
            new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "application/x-ndjson");

    private final Exchange exchange;
    private final ChangeJournal journal;
    private final ChangeSignal signal;
    private final Authenticator authenticator;
    private final String prefix;
    private final int limit;
    private final Consumer<ChangesResponse> onDone;
    private final AtomicBoolean pollQueued = new AtomicBoolean();
    private Cursor since; // guarded by this
    private boolean done; // guarded by this
    private volatile boolean timedOut;
    private Scheduler.Task timer;

    ChangesResponse(
            Exchange exchange,
            ChangeJournal journal,
            ChangeSignal signal,
            Authenticator authenticator,
            Cursor since,
            String prefix,
            int limit,
            Consumer<ChangesResponse> onDone) {
        this.exchange = exchange;
        this.journal = journal;
        this.signal = signal;
        this.authenticator = authenticator;
        this.since = since;
        this.prefix = prefix;
        this.limit = limit;
        this.onDone = onDone;
    }

    /** Starts to wait, for 0 seconds or longer. */
    void start(int waitSeconds) {
        if (waitSeconds == 0) {
            timedOut = true;
        } else {
            exchange.request().addIdleTimeoutListener(timeout -> false);
            signal.onChange(this);
            timer = exchange.request()
                    .getComponents()
                    .getScheduler()
                    .schedule(this::stopWaiting, waitSeconds, TimeUnit.SECONDS);
        }
        poll();
    }

    /** Ends the wait: responds with the changes found so far. */
    void stopWaiting() {
        timedOut = true;
        run();
    }

    /** Called when there may be new changes: schedules a poll of the journal on a server thread. */
    @Override
    public void run() {
        if (pollQueued.compareAndSet(false, true)) {
            exchange.request().getComponents().getExecutor().execute(this::poll);
        }
    }

    private synchronized void poll() {
        pollQueued.set(false);
        if (done) {
            return;
        }
        try {
            boolean isFinalPoll = timedOut;
            Optional<Login> login = authenticator.renew(exchange.login().orElseThrow());
            if (login.isEmpty()) {
                cleanUp();
                exchange.refuse(Reason.UNAUTHENTICATED, "the credentials are no longer valid");
                return;
            }
            var page = journal.read(login.get().user(), since, prefix, limit);
            if (page.isRefused()) {
                cleanUp();
                exchange.response().getHeaders().put(CURSOR, journal.oldest().toString());
                exchange.refuse(page.refusal().orElseThrow());
            } else if (isFinalPoll || !page.get().changes().isEmpty()) {
                cleanUp();
                respond(page.get());
            } else {
                since = page.get().next();
            }
        } catch (RuntimeException e) {
            cleanUp();
            Response.writeError(exchange.request(), exchange.response(), exchange.callback(), e);
        }
    }

    private void cleanUp() {
        done = true;
        signal.cancel(this);
        if (timer != null) {
            timer.cancel();
        }
        onDone.accept(this);
    }

    /** Responds with the newest changes, however old the cursor of the client is. */
    void respondNewest(int count) {
        respond(journal.newest(exchange.user(), prefix, count));
    }

    private void respond(ChangeJournal.Page page) {
        StringBuilder lines = new StringBuilder();
        for (Change change : page.changes()) {
            lines.append(change.json()).append('\n');
        }
        exchange.response().getHeaders().put(JSON_LINES);
        exchange.response().getHeaders().put(CURSOR, page.next().toString());
        exchange.body(200, lines.toString().getBytes(StandardCharsets.UTF_8));
    }
}
