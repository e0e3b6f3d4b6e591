package io.datahub.http.events;

import io.datahub.api.Result;
import io.datahub.api.event.EventJson;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.history.EventHistory;
import io.datahub.api.json.ByteBuilder;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.User;
import io.datahub.jetty.web.Exchange;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Responds to {@code GET /events/history}. */
final class HistoryResponse extends PollingResponse {

    private static final int PAGE_BYTES = 4 << 20;

    /** The size of a part of the response, and what an event may take in it beyond twice its own length. */
    private static final int PART_BYTES = 128 * 1024;

    private static final int PART_ROOM = 1_024;

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
        return Result.done(new Page(List.of(), examined));
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
        respond(() -> lines(history.newest(exchange().user(), prefixes, count, PAGE_BYTES)));
    }

    private static Page lines(EventHistory.Page page) {
        List<ByteBuffer> parts = new ArrayList<>();
        int capacity = Math.min(PART_BYTES, PART_ROOM * page.events().size());
        ByteBuilder lines = new ByteBuilder(capacity);
        EventReader event = new EventReader();
        for (EventRun run : page.events()) {
            if (lines.size() + 2 * run.length() > PART_BYTES - PART_ROOM) {
                add(lines, parts);
                lines = new ByteBuilder(PART_BYTES);
            }
            event.read(run);
            event.next();
            EventJson.append(lines, run, event, true);
            lines.write('\n');
        }
        add(lines, parts);
        return new Page(parts, page.next());
    }

    private static void add(ByteBuilder lines, List<ByteBuffer> parts) {
        if (lines.size() > 0) {
            parts.add(ByteBuffer.wrap(lines.array(), 0, lines.size()));
        }
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
