package io.datahub.http;

import io.datahub.api.Reason;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Login;
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

/** Answers {@code GET /changes}: at once if there is something, else when there is or the time is over. */
final class ChangesResponse implements Runnable {

    /** Where to go on; in a refusal the oldest cursor that there is. */
    static final String CURSOR = "Datahub-Cursor";

    private static final HttpField JSON_LINES =
            new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "application/x-ndjson");

    private final Exchange exchange;
    private final ChangeJournal journal;
    private final ChangeSignal signal;
    private final Authenticator authenticator;
    private final String prefix;
    private final int limit;
    private final Consumer<ChangesResponse> whenDone;
    private final AtomicBoolean isQueued = new AtomicBoolean();
    private Cursor since; // guarded by this
    private boolean done; // guarded by this
    private volatile boolean timeIsOver;
    private Scheduler.Task timer;

    ChangesResponse(
            Exchange exchange,
            ChangeJournal journal,
            ChangeSignal signal,
            Authenticator authenticator,
            Cursor since,
            String prefix,
            int limit,
            Consumer<ChangesResponse> whenDone) {
        this.exchange = exchange;
        this.journal = journal;
        this.signal = signal;
        this.authenticator = authenticator;
        this.since = since;
        this.prefix = prefix;
        this.limit = limit;
        this.whenDone = whenDone;
    }

    /** Begins to wait. */
    void start(int waitSeconds) {
        if (waitSeconds == 0) {
            timeIsOver = true;
        } else {
            exchange.request().addIdleTimeoutListener(timeout -> false);
            signal.onChange(this);
            timer = exchange.request()
                    .getComponents()
                    .getScheduler()
                    .schedule(this::stopWaiting, waitSeconds, TimeUnit.SECONDS);
        }
        look();
    }

    /** Answers with what there is. */
    void stopWaiting() {
        timeIsOver = true;
        run();
    }

    /** There may be something new: has it looked at, on a thread of the server. */
    @Override
    public void run() {
        if (isQueued.compareAndSet(false, true)) {
            exchange.request().getComponents().getExecutor().execute(this::look);
        }
    }

    private synchronized void look() {
        isQueued.set(false);
        if (done) {
            return;
        }
        try {
            boolean isLast = timeIsOver;
            Optional<Login> login = authenticator.renew(exchange.login().orElseThrow());
            if (login.isEmpty()) {
                finish();
                exchange.refuse(Reason.UNAUTHENTICATED, "the credentials are no longer in force");
                return;
            }
            var page = journal.read(login.get().user(), since, prefix, limit);
            if (page.isRefused()) {
                finish();
                exchange.response().getHeaders().put(CURSOR, journal.oldest().toString());
                exchange.refuse(page.refusal().orElseThrow());
            } else if (isLast || !page.get().changes().isEmpty()) {
                finish();
                answer(page.get());
            } else {
                since = page.get().next();
            }
        } catch (RuntimeException e) {
            finish();
            Response.writeError(exchange.request(), exchange.response(), exchange.callback(), e);
        }
    }

    private void finish() {
        done = true;
        signal.cancel(this);
        if (timer != null) {
            timer.cancel();
        }
        whenDone.accept(this);
    }

    private void answer(ChangeJournal.Page page) {
        StringBuilder lines = new StringBuilder();
        for (Change change : page.changes()) {
            lines.append(change.json()).append('\n');
        }
        exchange.response().getHeaders().put(JSON_LINES);
        exchange.response().getHeaders().put(CURSOR, page.next().toString());
        exchange.body(200, lines.toString().getBytes(StandardCharsets.UTF_8));
    }
}
