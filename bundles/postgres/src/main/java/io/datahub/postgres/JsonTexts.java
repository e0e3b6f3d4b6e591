package io.datahub.postgres;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.Violation;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What columns contain as JSON: arrays of arrays, which only hubs read. */
final class JsonTexts {

    private static final JsonFactory JSON = new JsonFactory();

    private JsonTexts() {}

    /** Writes something. */
    interface Content {
        void write(JsonGenerator json) throws IOException;
    }

    static String write(Content content) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            content.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** Null for none. */
    static String ofValidators(List<ValidatorId> validators) {
        return validators.isEmpty()
                ? null
                : write(json -> {
                    json.writeStartArray();
                    for (ValidatorId validator : validators) {
                        json.writeStartArray();
                        json.writeString(validator.name());
                        json.writeString(validator.version());
                        json.writeEndArray();
                    }
                    json.writeEndArray();
                });
    }

    static List<ValidatorId> validators(String text) {
        return rows(text).stream()
                .map(row -> new ValidatorId(row.get(0), row.get(1)))
                .toList();
    }

    /** Null for none. */
    static String ofViolations(List<Violation> violations) {
        return violations.isEmpty()
                ? null
                : write(json -> {
                    json.writeStartArray();
                    for (Violation violation : violations) {
                        json.writeStartArray();
                        json.writeString(violation.validator());
                        json.writeString(violation.version());
                        json.writeNumber(violation.line());
                        json.writeNumber(violation.column());
                        json.writeString(violation.message());
                        json.writeEndArray();
                    }
                    json.writeEndArray();
                });
    }

    static List<Violation> violations(String text) {
        return rows(text).stream()
                .map(row -> new Violation(
                        row.get(0), row.get(1), Integer.parseInt(row.get(2)), Integer.parseInt(row.get(3)), row.get(4)))
                .toList();
    }

    static String ofMap(Map<String, String> map) {
        return write(json -> {
            json.writeStartArray();
            for (Map.Entry<String, String> each : map.entrySet()) {
                json.writeStartArray();
                json.writeString(each.getKey());
                json.writeString(each.getValue());
                json.writeEndArray();
            }
            json.writeEndArray();
        });
    }

    static Map<String, String> map(String text) {
        Map<String, String> map = new LinkedHashMap<>();
        rows(text).forEach(row -> map.put(row.get(0), row.get(1)));
        return map;
    }

    /** The texts and numbers of an array of arrays; none for null. */
    private static List<List<String>> rows(String text) {
        List<List<String>> rows = new ArrayList<>();
        if (text == null) {
            return rows;
        }
        try (JsonParser json = JSON.createParser(text)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.START_ARRAY) {
                List<String> row = new ArrayList<>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    row.add(json.getText());
                }
                rows.add(row);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rows;
    }
}
