package io.datahub.http.events;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.jetty.web.Query;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.jetty.util.Fields;

/**
 * What a search of the history looks for.
 *
 * @param fromMillis the first time of the events, in milliseconds since 1970
 * @param toMillis the first time that is too late
 * @param text what topic, name of the user or payload contain, in any case; payloads are read as UTF-8
 */
record HistoryFilter(long fromMillis, long toMillis, Optional<Pattern> text) {

    private static final HistoryFilter ALL = new HistoryFilter(Long.MIN_VALUE, Long.MAX_VALUE, Optional.empty());

    static Result<HistoryFilter> of(Fields query) {
        Result<Long> from = millis(query, "from", ALL.fromMillis);
        Result<Long> to = millis(query, "to", ALL.toMillis);
        String text = Query.text(query, "text", "");
        return from.then(first -> to.then(end -> Result.done(new HistoryFilter(first, end, pattern(text)))));
    }

    private static Optional<Pattern> pattern(String text) {
        return text.isEmpty()
                ? Optional.empty()
                : Optional.of(Pattern.compile(text, Pattern.LITERAL | Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE));
    }

    private static Result<Long> millis(Fields query, String name, long defaultValue) {
        String value = query.getValue(name);
        if (value == null) {
            return Result.done(defaultValue);
        }
        try {
            Instant time = OffsetDateTime.parse(value).toInstant();
            return Result.done(time.toEpochMilli());
        } catch (DateTimeException | ArithmeticException e) {
            return Result.refused(
                    Reason.BAD_REQUEST,
                    name + " must be a time such as 2026-01-31T12:00:00Z, with its offset from UTC");
        }
    }

    /** Whether every event matches. */
    boolean isAll() {
        return equals(ALL);
    }

    /** Whether the only event of a run matches. */
    boolean matches(EventRun run) {
        if (run.timeMillis() < fromMillis || run.timeMillis() >= toMillis) {
            return false;
        }
        if (text.isEmpty()) {
            return true;
        }
        EventReader event = new EventReader(run);
        event.next();
        return contains(event.topic()) || contains(run.user()) || contains(utf8(event.payload()));
    }

    private boolean contains(CharSequence where) {
        return text.orElseThrow().matcher(where).find();
    }

    private static CharSequence utf8(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes);
    }
}
