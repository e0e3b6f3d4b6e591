package io.datahub.jetty.server;

import com.fasterxml.jackson.core.JsonGenerator;
import io.datahub.api.json.JsonText;
import io.datahub.api.validation.Violation;
import java.io.IOException;
import java.util.List;
import org.eclipse.jetty.http.HttpStatus;

/**
 * An error response: {@code application/problem+json} (RFC 9457).
 *
 * @param status the status code
 * @param detail one sentence that names the cause and, if there is one, the remedy
 * @param violations the violations that validators reported
 */
record Problem(int status, String detail, List<Violation> violations) {

    byte[] toJson() {
        return JsonText.of(json -> {
            json.writeStartObject();
            json.writeStringField("type", "about:blank");
            json.writeStringField("title", HttpStatus.getMessage(status));
            json.writeNumberField("status", status);
            json.writeStringField("detail", detail);
            if (!violations.isEmpty()) {
                json.writeArrayFieldStart("violations");
                for (Violation violation : violations) {
                    write(json, violation);
                }
                json.writeEndArray();
            }
            json.writeEndObject();
        });
    }

    private static void write(JsonGenerator json, Violation violation) throws IOException {
        json.writeStartObject();
        json.writeStringField("validator", violation.validator());
        json.writeStringField("version", violation.version());
        json.writeNumberField("line", violation.line());
        json.writeNumberField("column", violation.column());
        json.writeStringField("message", violation.message());
        json.writeEndObject();
    }
}
