package io.datahub.hooks.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.json.JsonErrors;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The scalar fields of a JSON object, by path, such as {@code workflow_run.run_number}. Arrays, deeply nested objects
 * and long texts are skipped: the memory that it takes doesn't depend on the size of the document. Immutable.
 */
public final class JsonFields {

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private static final int MAX_DEPTH = 4;
    private static final int MAX_FIELDS = 5_000;
    private static final int MAX_LENGTH = 4_096;

    private final Map<String, String> values;

    private JsonFields(Map<String, String> values) {
        this.values = values;
    }

    /** Parses a document; one that isn't a single well-formed JSON object is refused as invalid. */
    public static Result<JsonFields> parse(byte[] document) {
        try (JsonParser parser = FACTORY.createParser(document)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Result.refused(Reason.INVALID, "the body isn't a JSON object; the hub takes JSON only");
            }
            Map<String, String> values = read(parser);
            return parser.nextToken() == null
                    ? Result.done(new JsonFields(values))
                    : Result.refused(Reason.INVALID, "the body has more than one JSON value");
        } catch (IOException e) {
            return Result.refused(Reason.INVALID, JsonErrors.describe("the body", e));
        }
    }

    private static Map<String, String> read(JsonParser parser) throws IOException {
        Map<String, String> values = new HashMap<>();
        Deque<String> prefixes = new ArrayDeque<>();
        prefixes.push("");
        String name = "";
        while (!prefixes.isEmpty()) {
            JsonToken token = parser.nextToken();
            switch (token) {
                case FIELD_NAME -> name = parser.currentName();
                case START_OBJECT -> {
                    if (prefixes.size() < MAX_DEPTH) {
                        prefixes.push(prefixes.peek() + name + ".");
                    } else {
                        parser.skipChildren();
                    }
                }
                case START_ARRAY -> parser.skipChildren();
                case END_OBJECT -> prefixes.pop();
                case VALUE_NULL -> {}
                default -> {
                    if (values.size() < MAX_FIELDS && parser.getTextLength() <= MAX_LENGTH) {
                        values.put(prefixes.peek() + name, parser.getText());
                    }
                }
            }
        }
        return values;
    }

    /** The first of these fields that is present and isn't blank; numbers and booleans as they are written. */
    public Optional<String> get(String... paths) {
        for (String path : paths) {
            String value = values.get(path);
            if (value != null && !value.isBlank()) {
                return Optional.of(value);
            }
        }
        return Optional.empty();
    }

    /** The same, or an empty text. */
    public String text(String... paths) {
        return get(paths).orElse("");
    }

    /** Whether there is a field below this object. */
    public boolean has(String object) {
        return values.keySet().stream().anyMatch(path -> path.startsWith(object + "."));
    }
}
