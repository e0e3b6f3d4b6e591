package io.datahub.http.events;

import io.datahub.api.Result;
import io.datahub.api.http.HttpMount;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.user.Authenticator;
import io.datahub.jetty.web.Conditions;
import io.datahub.jetty.web.Exchange;
import io.datahub.jetty.web.Query;
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
        Result<HistoryRequest> parsed = HistoryRequest.of(query);
        if (parsed.isRefused()) {
            return Result.refused(parsed.refusal().orElseThrow());
        }
        HistoryRequest requested = parsed.get();
        ChangesResponse changes = new ChangesResponse(
                exchange,
                journal,
                signal,
                authenticator,
                requested.since(),
                Query.text(query, "path", ""),
                requested.limit(),
                waiting::remove);
        if (requested.newest() > 0) {
            changes.respondNewest(requested.newest());
            return Result.done(changes);
        }
        waiting.add(changes);
        changes.start(isShutdown() ? 0 : requested.waitSeconds());
        return Result.done(changes);
    }

    @Override
    void completeAll() {
        waiting.forEach(PollingResponse::stopWaiting);
    }
}
