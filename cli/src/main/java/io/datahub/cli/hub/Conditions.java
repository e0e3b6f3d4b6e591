package io.datahub.cli.hub;

import io.datahub.cli.http.Request;
import java.util.Optional;

/**
 * On what condition a record is written.
 *
 * @param ifMatch only if it has this entity tag
 * @param isNew only if there is none
 */
public record Conditions(Optional<String> ifMatch, boolean isNew) {

    /** No condition. */
    public static final Conditions NONE = new Conditions(Optional.empty(), false);

    /** Adds the headers. */
    public Request applyTo(Request request) {
        return request.header("If-Match", ifMatch.map(Conditions::quoted))
                .header("If-None-Match", isNew ? Optional.of("*") : Optional.empty());
    }

    /** An entity tag with its quotes, which are easily lost in a shell. */
    private static String quoted(String tag) {
        return tag.startsWith("\"") || tag.equals("*") ? tag : '"' + tag + '"';
    }
}
