package io.datahub.websocket;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;

/** Says what is wrong with JSON. */
final class JsonFaults {

    private static final String DUPLICATE = "Duplicate field ";

    private JsonFaults() {}

    /** @param what what the JSON is, such as "the message" */
    static String detail(String what, IOException fault) {
        String said = fault instanceof JsonProcessingException json ? String.valueOf(json.getOriginalMessage()) : "";
        if (said.startsWith(DUPLICATE)) {
            return what + " has the name " + shortened(said.substring(DUPLICATE.length())) + " twice in one object";
        }
        return fault instanceof StreamConstraintsException
                ? what + " is more than the hub reads: " + shortened(said)
                : what + " is no well-formed JSON";
    }

    private static String shortened(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }
}
