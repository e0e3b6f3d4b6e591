package io.datahub.websocket;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.record.Cursor;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Fields;

/**
 * The subscription in the query of an upgrade request, for clients that can't send it as a message: any number of
 * {@code ?topic=}, and one {@code &since=}.
 *
 * @param topics the topic prefixes; all topics if there is none
 * @param since the cursor after which kept events are replayed
 */
record QuerySubscription(List<String> topics, Optional<Cursor> since) {

    static Result<QuerySubscription> of(Request request) {
        Fields query;
        try {
            query = Request.extractQueryParameters(request);
        } catch (RuntimeException e) {
            return Result.refused(Reason.BAD_REQUEST, "the query isn't percent-encoded UTF-8");
        }
        List<String> values = query.getValuesOrEmpty("topic");
        List<String> topics = values.isEmpty() ? List.of("") : List.copyOf(values);
        String since = query.getValue("since");
        return since == null
                ? Result.done(new QuerySubscription(topics, Optional.empty()))
                : Cursor.parse(since).then(cursor -> Result.done(new QuerySubscription(topics, Optional.of(cursor))));
    }
}
