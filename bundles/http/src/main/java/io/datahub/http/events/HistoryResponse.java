package io.datahub.http.events;

import io.datahub.api.Result;
import io.datahub.api.event.EventJson;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.history.EventHistory;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.User;
import io.datahub.jetty.web.Exchange;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.function.Consumer;

/** Responds to {@code GET /events/history}. */
final class HistoryResponse extends PollingResponse {

    private static final int PAGE_BYTES = 4 << 20;

    private final EventHistory history;
    private final List<String> prefixes;
    private final int limit;
    private Runnable cancel = () -> {};

    HistoryResponse(
            Exchange exchange,
            EventHistory history,
            Authenticator authenticator,
            Cursor since,
            List<String> prefixes,
            int limit,
            Consumer<? super PollingResponse> onDone) {
        super(exchange, authenticator, since, onDone);
        this.history = history;
        this.prefixes = prefixes;
        this.limit = limit;
    }

    @Override
    Result<Page> read(User user, Cursor after) {
        return history.read(user, after, prefixes, limit, PAGE_BYTES).then(page -> Result.done(lines(page)));
    }

    /** Responds with the newest events, however old the cursor of the client is. */
    void respondNewest(int count) {
        respond(lines(history.newest(exchange().user(), prefixes, count, PAGE_BYTES)));
    }

    private static Page lines(EventHistory.Page page) {
        ByteArrayOutputStream lines =
                new ByteArrayOutputStream(256 * page.events().size());
        for (EventRun run : page.events()) {
            EventReader event = new EventReader(run);
            event.next();
            EventJson.append(lines, run, event, true);
            lines.write('\n');
        }
        return new Page(lines.toByteArray(), page.next());
    }

    @Override
    Cursor oldest(Cursor after) {
        return history.oldest(after, prefixes);
    }

    @Override
    void await(Cursor after) {
        cancel = history.whenAfter(after, this);
    }

    @Override
    void cancel() {
        cancel.run();
    }
}
