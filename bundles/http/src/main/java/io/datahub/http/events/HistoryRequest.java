package io.datahub.http.events;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Cursor;
import io.datahub.jetty.web.Query;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.util.Fields;

/**
 * The query of a request for a page of the history.
 *
 * @param prefixes of the topics; one is empty if none is given
 * @param since the cursor to start after
 * @param limit the maximum number of events
 * @param waitSeconds how long to wait for an event if there is none
 * @param newest how many of the newest events are requested, whatever the cursor; 0 if they aren't
 * @param filter which events are wanted
 */
record HistoryRequest(
        List<String> prefixes, Cursor since, int limit, int waitSeconds, int newest, HistoryFilter filter) {

    private static final int DEFAULT_LIMIT = 1_000;
    private static final int MAX_LIMIT = 10_000;

    static Result<HistoryRequest> of(Fields query) {
        List<String> topics = query.getValuesOrEmpty("topic");
        Result<Cursor> since = Cursor.parse(Query.text(query, "since", "0"));
        Result<Integer> limit = Query.number(query, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
        Result<Integer> wait = Query.number(query, "wait", 0, 0, PollingResponse.MAX_WAIT_SECONDS);
        Result<Integer> newest = Query.number(query, "newest", 0, 0, MAX_LIMIT);
        Result<HistoryFilter> filter = HistoryFilter.of(query);
        Optional<Refusal> malformed = since.refusal()
                .or(limit::refusal)
                .or(wait::refusal)
                .or(newest::refusal)
                .or(filter::refusal);
        if (malformed.isPresent()) {
            return Result.refused(malformed.get());
        }
        if (newest.get() > 0 && (query.getValue("since") != null || query.getValue("wait") != null)) {
            return Result.refused(
                    Reason.BAD_REQUEST, "newest can't be combined with since and wait; continue from Datahub-Cursor");
        }
        if (newest.get() > 0 && !filter.get().isAll()) {
            return Result.refused(
                    Reason.BAD_REQUEST, "newest can't be combined with text, from and to; begin with since=0");
        }
        return Result.done(new HistoryRequest(
                topics.isEmpty() ? List.of("") : List.copyOf(topics),
                since.get(),
                limit.get(),
                wait.get(),
                newest.get(),
                filter.get()));
    }
}
