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

    /** What a search examines for one response, so that it occupies its thread for a fraction of a second. */
    private static final int MAX_EXAMINED_PAGES = 10;

    private static final int EXAMINED_EVENTS = 10_000;

    private final EventHistory history;
    private final List<String> prefixes;
    private final HistoryFilter filter;
    private final int limit;
    private Runnable cancel = () -> {};

    HistoryResponse(
            Exchange exchange,
            EventHistory history,
            Authenticator authenticator,
            HistoryRequest request,
            Consumer<? super PollingResponse> onDone) {
        super(exchange, authenticator, request.since(), onDone);
        this.history = history;
        prefixes = request.prefixes();
        filter = request.filter();
        limit = request.limit();
    }

    @Override
    Result<Page> read(User user, Cursor after) {
        return filter.isAll()
                ? history.read(user, after, prefixes, limit, PAGE_BYTES).then(page -> Result.done(lines(page)))
                : search(user, after);
    }

    /** Reads pages until one has an event that matches, as far as one response goes. */
    private Result<Page> search(User user, Cursor after) {
        Cursor examined = after;
        for (int pages = 0; pages < MAX_EXAMINED_PAGES; pages++) {
            Result<EventHistory.Page> page = history.read(user, examined, prefixes, EXAMINED_EVENTS, PAGE_BYTES);
            if (page.isRefused()) {
                return Result.refused(page.refusal().orElseThrow());
            }
            EventHistory.Page matching = matching(page.get());
            if (!matching.events().isEmpty() || matching.next().equals(examined)) {
                return Result.done(lines(matching));
            }
            examined = matching.next();
        }
        return Result.done(new Page(new byte[0], examined));
    }

    private EventHistory.Page matching(EventHistory.Page page) {
        List<EventRun> found =
                page.events().stream().filter(filter::matches).limit(limit).toList();
        return found.size() < limit
                ? new EventHistory.Page(found, page.next())
                : new EventHistory.Page(found, found.get(limit - 1).cursor().orElseThrow());
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
