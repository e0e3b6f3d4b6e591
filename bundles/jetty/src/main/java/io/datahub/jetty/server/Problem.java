package io.datahub.jetty.server;

import io.datahub.api.json.JsonText;
import io.datahub.api.validation.ValidationJson;
import io.datahub.api.validation.Violation;
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
            ValidationJson.writeViolations(json, violations);
            json.writeEndObject();
        });
    }
}
