package io.datahub.http.events;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.http.HttpMount;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.Authenticator;
import io.datahub.jetty.web.Conditions;
import io.datahub.jetty.web.Exchange;
import io.datahub.jetty.web.Query;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The journal of changes, at {@code /changes}. */
@Component(service = Handler.class)
@HttpMount(path = ChangesHandler.MOUNT)
public final class ChangesHandler extends AsyncHandler {

    static final String MOUNT = "/changes";

    private static final int DEFAULT_LIMIT = 1_000;
    private static final int MAX_LIMIT = 10_000;
    private static final int MAX_WAIT_SECONDS = 300;

    private final ChangeJournal journal;
    private final ChangeSignal signal;
    private final Authenticator authenticator;
    private final Set<ChangesResponse> waiting = ConcurrentHashMap.newKeySet();

    @Activate
    public ChangesHandler(
            @Reference ChangeJournal journal, @Reference ChangeSignal signal, @Reference Authenticator authenticator) {
        this.authenticator = authenticator;
        this.journal = journal;
        this.signal = signal;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        if (request.getHttpURI().getPath().length() > MOUNT.length()) {
            return false;
        }
        Exchange exchange = new Exchange(request, response, callback);
        if (exchange.isRead()) {
            if (Conditions.check(exchange, true)) {
                exchange.query()
                        .then(fields -> start(exchange, fields))
                        .refusal()
                        .ifPresent(exchange::refuse);
            }
        } else {
            exchange.refuseMethod("GET, HEAD, OPTIONS");
        }
        return true;
    }

    private Result<ChangesResponse> start(Exchange exchange, Fields query) {
        Result<Cursor> since = Cursor.parse(Query.text(query, "since", "0"));
        Result<Integer> limit = Query.number(query, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
        Result<Integer> wait = Query.number(query, "wait", 0, 0, MAX_WAIT_SECONDS);
        Result<Integer> newest = Query.number(query, "newest", 0, 0, MAX_LIMIT);
        Optional<Refusal> malformed =
                since.refusal().or(limit::refusal).or(wait::refusal).or(newest::refusal);
        if (malformed.isPresent()) {
            return Result.refused(malformed.get());
        }
        if (newest.get() > 0 && (query.getValue("since") != null || query.getValue("wait") != null)) {
            return Result.refused(
                    Reason.BAD_REQUEST, "newest can't be combined with since and wait; continue from Datahub-Cursor");
        }
        ChangesResponse changes = new ChangesResponse(
                exchange,
                journal,
                signal,
                authenticator,
                since.get(),
                Query.text(query, "path", ""),
                limit.get(),
                waiting::remove);
        if (newest.get() > 0) {
            changes.respondNewest(newest.get());
            return Result.done(changes);
        }
        waiting.add(changes);
        changes.start(isShutdown() ? 0 : wait.get());
        return Result.done(changes);
    }

    @Override
    void completeAll() {
        waiting.forEach(ChangesResponse::stopWaiting);
    }
}
