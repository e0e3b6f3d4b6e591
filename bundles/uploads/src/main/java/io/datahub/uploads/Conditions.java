package io.datahub.uploads;

import io.datahub.api.record.Precondition;
import io.datahub.api.record.RecordVersion;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The preconditions of an upload (RFC 9110, 13.1.1 and 13.1.2). They are sent when it is created and stored with it, so
 * that they are evaluated again when it is committed.
 */
final class Conditions {

    private static final String MATCH = "If-Match";
    private static final String NONE_MATCH = "If-None-Match";
    private static final Pattern COMMA = Pattern.compile(",");

    private Conditions() {}

    /** The headers of the request to store with the upload. */
    static Map<String, String> notes(Exchange exchange) {
        Map<String, String> notes = new HashMap<>();
        for (String name : new String[] {MATCH, NONE_MATCH}) {
            var values = exchange.request().getHeaders().getValuesList(name);
            if (!values.isEmpty()) {
                notes.put(name, String.join(",", values));
            }
        }
        return notes;
    }

    static Precondition of(Map<String, String> notes) {
        Optional<String> match = Optional.ofNullable(notes.get(MATCH));
        Optional<String> noneMatch = Optional.ofNullable(notes.get(NONE_MATCH));
        return match.isEmpty() && noneMatch.isEmpty()
                ? Precondition.NONE
                : current ->
                        match.filter(tags -> !matches(tags, current, false)).isEmpty()
                                && noneMatch
                                        .filter(tags -> matches(tags, current, true))
                                        .isEmpty();
    }

    private static boolean matches(String tags, Optional<RecordVersion> current, boolean weakly) {
        if (current.isEmpty()) {
            return false;
        }
        return tags.strip().equals("*")
                || COMMA.splitAsStream(tags.strip())
                        .map(String::strip)
                        .map(tag -> weakly && tag.startsWith("W/") ? tag.substring(2) : tag)
                        .anyMatch(
                                tag -> current.get().etag().filter(tag::equals).isPresent());
    }
}
