package io.datahub.api.validation;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;

/** Validators and violations as JSON, in answers and in events. */
public final class ValidationJson {

    private ValidationJson() {}

    /**
     * Writes the field {@code validators} of an object.
     *
     * @param json writes the object
     * @param validators the validators that accepted it; may be empty
     * @throws IOException if it can't be written
     */
    public static void writeValidators(JsonGenerator json, List<ValidatorId> validators) throws IOException {
        json.writeArrayFieldStart("validators");
        for (ValidatorId validator : validators) {
            json.writeStartObject();
            json.writeStringField("name", validator.name());
            json.writeStringField("version", validator.version());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /**
     * Writes the field {@code violations} of an object, unless there is none.
     *
     * @param json writes the object
     * @param violations the violations, in the order in which they are shown
     * @throws IOException if it can't be written
     */
    public static void writeViolations(JsonGenerator json, List<Violation> violations) throws IOException {
        if (violations.isEmpty()) {
            return;
        }
        json.writeArrayFieldStart("violations");
        for (Violation violation : violations) {
            json.writeStartObject();
            json.writeStringField("validator", violation.validator());
            json.writeStringField("version", violation.version());
            json.writeNumberField("line", violation.line());
            json.writeNumberField("column", violation.column());
            json.writeStringField("message", violation.message());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
