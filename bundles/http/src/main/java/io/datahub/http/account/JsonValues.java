package io.datahub.http.account;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.json.JsonText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A short JSON object, read as maps, lists, texts, booleans and numbers. Names that occur twice are refused. */
final class JsonValues {

    private static final int MAX_DEPTH = 8;

    private JsonValues() {}

    /** A number, which has no meaning to any request: whoever reads the field says what it should be. */
    private record JsonNumber(String text) {}

    /** Reads an object. */
    static Result<Map<String, Object>> object(byte[] body) {
        try (JsonParser json = JsonText.FACTORY.createParser(body)) {
            json.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
            Object value = value(json, json.nextToken(), 0);
            if (value instanceof Map<?, ?> && json.nextToken() == null) {
                return Result.done(fields(value).orElseThrow());
            }
            return Result.refused(Reason.BAD_REQUEST, "the body must be a JSON object");
        } catch (JsonProcessingException e) {
            return Result.refused(Reason.BAD_REQUEST, "the body isn't valid JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The fields of a value, if it is an object. */
    static Optional<Map<String, Object>> fields(Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            return Optional.empty();
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        map.forEach((name, each) -> fields.put((String) name, each));
        return Optional.of(fields);
    }

    private static Object value(JsonParser json, JsonToken token, int depth) throws IOException {
        if (token == JsonToken.START_OBJECT && depth < MAX_DEPTH) {
            Map<String, Object> fields = new LinkedHashMap<>();
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                fields.put(name, value(json, json.nextToken(), depth + 1));
            }
            return fields;
        }
        if (token == JsonToken.START_ARRAY && depth < MAX_DEPTH) {
            List<Object> values = new ArrayList<>();
            for (JsonToken next = json.nextToken(); next != JsonToken.END_ARRAY; next = json.nextToken()) {
                values.add(value(json, next, depth + 1));
            }
            return values;
        }
        return switch (token == null ? JsonToken.NOT_AVAILABLE : token) {
            case VALUE_STRING -> json.getText();
            case VALUE_TRUE, VALUE_FALSE -> json.getBooleanValue();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new JsonNumber(json.getText());
            case VALUE_NULL, NOT_AVAILABLE -> Optional.empty();
            default ->
                throw new JsonParseException(json, "objects and lists may be nested " + MAX_DEPTH + " levels deep");
        };
    }
}
