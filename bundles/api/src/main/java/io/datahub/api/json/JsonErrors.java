package io.datahub.api.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;

/** Describes JSON that can't be parsed, without quoting more of it than a name. */
public final class JsonErrors {

    private static final String DUPLICATE = "Duplicate field ";
    private static final int MAX_QUOTED = 200;

    private JsonErrors() {}

    /**
     * Describes an exception of the parser in one sentence.
     *
     * @param subject what the JSON is, such as "the message"
     * @param exception what the parser has thrown
     * @return the sentence, for the sender of the JSON
     */
    public static String describe(String subject, IOException exception) {
        String message =
                exception instanceof JsonProcessingException json ? String.valueOf(json.getOriginalMessage()) : "";
        if (message.startsWith(DUPLICATE)) {
            return subject + " has the name " + truncate(message.substring(DUPLICATE.length()))
                    + " twice in one object";
        }
        return exception instanceof StreamConstraintsException
                ? subject + " exceeds a limit of the JSON parser: " + truncate(message)
                : subject + " isn't well-formed JSON";
    }

    private static String truncate(String text) {
        return text.length() <= MAX_QUOTED ? text : text.substring(0, MAX_QUOTED) + "…";
    }
}
