package io.datahub.http.events;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.log.LogText;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Login;
import io.datahub.api.user.User;
import io.datahub.jetty.web.Exchange;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Responds with what comes after a cursor, as JSON lines: immediately if there is something, otherwise when there is or
 * the wait time has elapsed.
 */
abstract class PollingResponse implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(PollingResponse.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    /** The cursor to continue from; in an error response, the oldest available cursor. */
    static final String CURSOR = "Datahub-Cursor";

    static final int MAX_WAIT_SECONDS = 300;

    private static final HttpField JSON_LINES =
            new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "application/x-ndjson");

    private final Exchange exchange;
    private final Authenticator authenticator;
    private final Consumer<? super PollingResponse> onDone;
    private final AtomicBoolean pollQueued = new AtomicBoolean();
    private Cursor since; // guarded by this
    private boolean done; // guarded by this
    private volatile boolean timedOut;
    private Scheduler.Task timer;

    PollingResponse(
            Exchange exchange, Authenticator authenticator, Cursor since, Consumer<? super PollingResponse> onDone) {
        this.exchange = exchange;
        this.authenticator = authenticator;
        this.since = since;
        this.onDone = onDone;
    }

    /**
     * What was found.
     *
     * @param lines JSON texts, each with a line feed, in parts; empty if there are none
     * @param next the cursor to continue from
     */
    record Page(List<ByteBuffer> lines, Cursor next) {}

    /** Reads what comes after a cursor. */
    abstract Result<Page> read(User user, Cursor after);

    /** Where a client whose cursor was refused can go on. */
    abstract Cursor oldest(Cursor after);

    /** Called before the first read if the response waits, and after each that has found nothing. */
    abstract void await(Cursor after);

    /** Ends what {@link #await} has begun. */
    abstract void cancel();

    /** Starts to wait, for 0 seconds or longer. */
    final void start(int waitSeconds) {
        if (waitSeconds == 0) {
            timedOut = true;
        } else {
            exchange.request().addIdleTimeoutListener(timeout -> false);
            timer = exchange.request()
                    .getComponents()
                    .getScheduler()
                    .schedule(this::stopWaiting, waitSeconds, TimeUnit.SECONDS);
        }
        poll();
    }

    /** Ends the wait: responds with what was found so far. */
    final void stopWaiting() {
        timedOut = true;
        run();
    }

    /** Called when there may be something new: schedules a poll on a server thread. */
    @Override
    public final void run() {
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
            Result<Page> page = read(login.get().user(), since);
            if (page.isRefused()) {
                cleanUp();
                refuse(page.refusal().orElseThrow());
            } else if (isFinalPoll || !page.get().lines().isEmpty()) {
                cleanUp();
                respond(page.get());
            } else {
                since = page.get().next();
                await(since);
            }
        } catch (UncheckedIOException e) {
            cleanUp();
            refuseUnread(e);
        } catch (RuntimeException e) {
            cleanUp();
            Response.writeError(exchange.request(), exchange.response(), exchange.callback(), e);
        }
    }

    private void refuse(Refusal refusal) {
        if (refusal.reason() == Reason.GONE) {
            exchange.response().getHeaders().put(CURSOR, oldest(since).toString());
        }
        exchange.refuse(refusal);
    }

    private void cleanUp() {
        done = true;
        cancel();
        if (timer != null) {
            timer.cancel();
        }
        onDone.accept(this);
    }

    /** Responds with what is read now. */
    final void respond(Supplier<Page> reading) {
        Page page;
        try {
            page = reading.get();
        } catch (UncheckedIOException e) {
            refuseUnread(e);
            return;
        }
        respond(page);
    }

    private void refuseUnread(UncheckedIOException failure) {
        LOG.warn("event=http.history.failed reason={}", LogText.quoted(failure.getCause()));
        exchange.refuse(Refusal.unavailable("the history can't be read at present; retry", RETRY_AFTER));
    }

    final void respond(Page page) {
        exchange.response().getHeaders().put(JSON_LINES);
        exchange.response().getHeaders().put(CURSOR, page.next().toString());
        exchange.body(200, page.lines());
    }

    final Exchange exchange() {
        return exchange;
    }
}
