package io.datahub.http.account;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.json.JsonText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.UrlEncoded;

/**
 * A request to issue a token.
 *
 * @param user the owner; the requesting user if empty
 * @param label the label of the token; may be empty
 * @param expires when the token expires
 */
record TokenRequest(Optional<String> user, String label, Optional<Instant> expires) {

    private static final Set<String> FIELDS = Set.of("user", "label", "expires");

    /** Parses a JSON object or form fields; an empty body is valid too. Unknown fields are refused. */
    static Result<TokenRequest> parse(byte[] body, String contentType) {
        String text = new String(body, StandardCharsets.UTF_8).strip();
        if (text.isEmpty()) {
            return Result.done(new TokenRequest(Optional.empty(), "", Optional.empty()));
        }
        boolean isForm = contentType.startsWith("application/x-www-form-urlencoded") && !text.startsWith("{");
        Result<Map<String, String>> fields = isForm ? form(text) : json(text);
        return fields.then(TokenRequest::of);
    }

    /** Parses form fields; one that is given twice is refused. */
    static Result<Map<String, String>> form(String text) {
        Fields fields = new Fields();
        try {
            UrlEncoded.decodeTo(text, fields::add, StandardCharsets.UTF_8);
        } catch (RuntimeException e) {
            return refuse("the form isn't percent-encoded UTF-8");
        }
        Map<String, String> values = new HashMap<>();
        for (Fields.Field field : fields) {
            if (field.hasMultipleValues()) {
                return refuse(field.getName() + " is given twice");
            }
            values.put(field.getName(), field.getValue());
        }
        return Result.done(values);
    }

    private static Result<Map<String, String>> json(String text) {
        Map<String, String> values = new HashMap<>();
        try (JsonParser json = JsonText.FACTORY.createParser(text)) {
            json.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
            boolean isFlat = json.nextToken() == JsonToken.START_OBJECT;
            while (isFlat && json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                isFlat = value == JsonToken.VALUE_STRING || value == JsonToken.VALUE_NULL;
                if (value == JsonToken.VALUE_STRING) {
                    values.put(name, json.getText());
                }
            }
            if (!isFlat || json.nextToken() != null) {
                return refuse("the body must be a JSON object of strings, such as {\"label\":\"agent-1\"}");
            }
        } catch (JsonProcessingException e) {
            return refuse("the body isn't valid JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Result.done(values);
    }

    private static Result<TokenRequest> of(Map<String, String> fields) {
        for (String name : fields.keySet()) {
            if (!FIELDS.contains(name)) {
                return Result.refused(
                        Reason.BAD_REQUEST, "a token has only the fields user, label and expires, not " + name);
            }
        }
        try {
            return Result.done(new TokenRequest(
                    Optional.ofNullable(fields.get("user")),
                    fields.getOrDefault("label", ""),
                    Optional.ofNullable(fields.get("expires"))
                            .map(end -> OffsetDateTime.parse(end).toInstant())));
        } catch (DateTimeException e) {
            return Result.refused(
                    Reason.BAD_REQUEST,
                    "expires must be a date and time with a time zone, such as 2027-11-23T00:00:00Z");
        }
    }

    private static Result<Map<String, String>> refuse(String detail) {
        return Result.refused(Reason.BAD_REQUEST, detail);
    }
}
