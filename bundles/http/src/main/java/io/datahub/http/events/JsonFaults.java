package io.datahub.http.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;

/** Describes JSON syntax errors. */
final class JsonFaults {

    private static final String DUPLICATE = "Duplicate field ";

    private JsonFaults() {}

    /** @param what what the JSON is, such as "the message" */
    static String detail(String what, IOException exception) {
        String message =
                exception instanceof JsonProcessingException json ? String.valueOf(json.getOriginalMessage()) : "";
        if (message.startsWith(DUPLICATE)) {
            return what + " has the name " + truncate(message.substring(DUPLICATE.length())) + " twice in one object";
        }
        return exception instanceof StreamConstraintsException
                ? what + " is more than the hub reads: " + truncate(message)
                : what + " is no well-formed JSON";
    }

    private static String truncate(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }
}
