package io.datahub.websocket;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.record.Cursor;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Fields;

/**
 * What a request asks for in its query, for clients that can't say it later: as many {@code ?topic=} as it likes, and one
 * {@code &since=}.
 *
 * @param topics the prefixes of topics; none is every topic
 * @param since where the replay of file events begins
 */
record QuerySubscription(List<String> topics, Optional<Cursor> since) {

    static Result<QuerySubscription> of(Request request) {
        Fields query;
        try {
            query = Request.extractQueryParameters(request);
        } catch (RuntimeException e) {
            return Result.refused(Reason.BAD_REQUEST, "the query isn't percent-encoded UTF-8");
        }
        List<String> named = query.getValuesOrEmpty("topic");
        List<String> topics = named.isEmpty() ? List.of("") : List.copyOf(named);
        String since = query.getValue("since");
        return since == null
                ? Result.done(new QuerySubscription(topics, Optional.empty()))
                : Cursor.parse(since).then(cursor -> Result.done(new QuerySubscription(topics, Optional.of(cursor))));
    }
}
