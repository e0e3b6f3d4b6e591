package io.datahub.validators.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.datahub.validators.support.Findings;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Parses untrusted JSON: duplicate names in an object and trailing content are errors, and the size of the tree is
 * bounded.
 */
public final class SecureJson {

    static final int MAX_DEPTH = 200;
    static final int MAX_TOKENS = 1_000_000;
    private static final int MAX_DIGITS = 1_000;
    private static final int MAX_COLLISIONS = 1_000;
    private static final int MAX_STRING_LENGTH = 16 << 20;

    private static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxTokenCount(MAX_TOKENS)
                    .maxNumberLength(MAX_DIGITS)
                    .maxStringLength(MAX_STRING_LENGTH)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    private static final ObjectMapper MAPPER = JsonMapper.builder(FACTORY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private SecureJson() {}

    /**
     * Parses a document.
     *
     * @param findings receives the violations
     * @return the document; empty if it isn't valid JSON or exceeds a limit
     * @throws IOException if the input can't be read, or the thread is interrupted
     */
    public static Optional<JsonNode> parse(InputStream bytes, Findings findings) throws IOException {
        try {
            JsonNode node = MAPPER.readTree(bytes);
            if (node == null || node.isMissingNode()) {
                findings.add(1, 1, "the record is empty; a JSON document has a value");
                return Optional.empty();
            }
            Optional<String> excessiveValue = excessiveValue(node);
            if (excessiveValue.isPresent()) {
                findings.add(excessiveValue.get());
                return Optional.empty();
            }
            return Optional.of(node);
        } catch (StreamConstraintsException e) {
            findings.add(line(e), column(e), "the document is too expensive to validate: " + e.getOriginalMessage());
        } catch (JsonProcessingException e) {
            findings.add(line(e), column(e), "invalid JSON: " + e.getOriginalMessage());
        }
        return Optional.empty();
    }

    /**
     * Finds a value that is too expensive to process: a number such as 1e999999999, or an array of values with the same
     * hash code.
     */
    private static Optional<String> excessiveValue(JsonNode root) throws IOException {
        Deque<JsonNode> pending = new ArrayDeque<>();
        pending.push(root);
        while (!pending.isEmpty()) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("the time limit of this validation is exceeded");
            }
            JsonNode node = pending.pop();
            if (node.isArray() && node.size() > MAX_COLLISIONS && hasManyCollisions(node)) {
                return Optional.of("an array has more than " + MAX_COLLISIONS
                        + " different values with the same hash, which can't be compared in a reasonable time");
            }
            if (node.isContainerNode()) {
                node.forEach(pending::push);
            } else if (node.isBigDecimal()
                    && Math.abs((long) node.decimalValue().scale()) > MAX_DIGITS) {
                return Optional.of("a number has more than " + MAX_DIGITS + " digits when it is written out");
            }
        }
        return Optional.empty();
    }

    /**
     * Whether an array is a hash-flooding attack: its values degrade the hash table of a uniqueness check to a list.
     */
    private static boolean hasManyCollisions(JsonNode array) {
        Map<Integer, JsonNode> firstByHash = new HashMap<>();
        Map<Integer, Integer> collisionsByHash = new HashMap<>();
        for (JsonNode value : array) {
            JsonNode known = firstByHash.putIfAbsent(value.hashCode(), value);
            if (known != null
                    && !known.equals(value)
                    && collisionsByHash.merge(value.hashCode(), 1, Integer::sum) > MAX_COLLISIONS) {
                return true;
            }
        }
        return false;
    }

    private static int line(JsonProcessingException e) {
        return e.getLocation() == null ? 0 : e.getLocation().getLineNr();
    }

    private static int column(JsonProcessingException e) {
        return e.getLocation() == null ? 0 : e.getLocation().getColumnNr();
    }

    /**
     * Returns the positions at which values start in a document that was parsed before without an error.
     *
     * @param pointers JSON Pointers (RFC 6901)
     */
    static Map<String, JsonLocation> locations(InputStream bytes, Set<String> pointers) throws IOException {
        Map<String, JsonLocation> locations = new HashMap<>();
        try (JsonParser parser = FACTORY.createParser(bytes)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token.isStructEnd() || token == JsonToken.FIELD_NAME) {
                    continue;
                }
                String pointer = parser.getParsingContext().pathAsPointer().toString();
                String valuePointer = token.isStructStart()
                        ? parser.getParsingContext().getParent().pathAsPointer().toString()
                        : pointer;
                if (pointers.contains(valuePointer)) {
                    locations.putIfAbsent(valuePointer, parser.currentTokenLocation());
                }
            }
        }
        return locations;
    }
}
