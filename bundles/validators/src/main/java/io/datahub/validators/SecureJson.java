package io.datahub.validators;

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
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads JSON from anybody: names occur once in an object, nothing follows the document, and its tree has a bounded size. */
final class SecureJson {

    static final int MOST_DEPTH = 200;
    static final int MOST_TOKENS = 1_000_000;
    private static final int MOST_DIGITS = 1_000;
    private static final int MOST_LOOK_ALIKES = 1_000;
    private static final int MOST_STRING = 16 << 20;

    private static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MOST_DEPTH)
                    .maxTokenCount(MOST_TOKENS)
                    .maxNumberLength(MOST_DIGITS)
                    .maxStringLength(MOST_STRING)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    private static final ObjectMapper MAPPER = JsonMapper.builder(FACTORY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private SecureJson() {}

    /**
     * Reads a document.
     *
     * @param findings get what is wrong, if anything is
     * @return the document; empty if it is no JSON or too costly
     * @throws IOException if the bytes can't be read, or the thread is interrupted
     */
    static Optional<JsonNode> parse(InputStream bytes, Findings findings) throws IOException {
        try {
            JsonNode node = MAPPER.readTree(bytes);
            if (node == null || node.isMissingNode()) {
                findings.add(1, 1, "the record is empty; JSON has at least one value");
                return Optional.empty();
            }
            Optional<String> monstrous = monstrous(node);
            if (monstrous.isPresent()) {
                findings.add(0, 0, monstrous.get());
                return Optional.empty();
            }
            return Optional.of(node);
        } catch (StreamConstraintsException e) {
            findings.add(line(e), column(e), "the document is too costly to judge: " + e.getOriginalMessage());
        } catch (JsonProcessingException e) {
            findings.add(line(e), column(e), "no valid JSON: " + e.getOriginalMessage());
        }
        return Optional.empty();
    }

    /** What stands somewhere in a document with which nobody can reckon: a number such as 1e999999999, or an array of look-alikes. */
    private static Optional<String> monstrous(JsonNode root) throws IOException {
        Deque<JsonNode> open = new ArrayDeque<>();
        open.push(root);
        while (!open.isEmpty()) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("the time for this judgement is over");
            }
            JsonNode node = open.pop();
            if (node.isArray() && node.size() > MOST_LOOK_ALIKES && hasLookAlikes(node)) {
                return Optional.of("an array has more than " + MOST_LOOK_ALIKES
                        + " different values with the same hash, which can't be told apart in a reasonable time");
            }
            if (node.isContainerNode()) {
                node.forEach(open::push);
            } else if (node.isBigDecimal()
                    && Math.abs((long) node.decimalValue().scale()) > MOST_DIGITS) {
                return Optional.of("a number has more than " + MOST_DIGITS + " digits when it is written out");
            }
        }
        return Optional.empty();
    }

    /** Whether values are made so that a hash table, which finds out whether they are unique, becomes a list. */
    private static boolean hasLookAlikes(JsonNode array) {
        Map<Integer, JsonNode> first = new HashMap<>();
        Map<Integer, Integer> others = new HashMap<>();
        for (JsonNode value : array) {
            JsonNode known = first.putIfAbsent(value.hashCode(), value);
            if (known != null
                    && !known.equals(value)
                    && others.merge(value.hashCode(), 1, Integer::sum) > MOST_LOOK_ALIKES) {
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
     * Where values begin in a document that was read before without a fault.
     *
     * @param pointers JSON Pointers (RFC 6901)
     */
    static Map<String, JsonLocation> places(InputStream bytes, Set<String> pointers) throws IOException {
        Map<String, JsonLocation> places = new HashMap<>();
        try (JsonParser parser = FACTORY.createParser(bytes)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token.isStructEnd() || token == JsonToken.FIELD_NAME) {
                    continue;
                }
                String pointer = parser.getParsingContext().pathAsPointer().toString();
                String own = token.isStructStart()
                        ? parser.getParsingContext().getParent().pathAsPointer().toString()
                        : pointer;
                if (pointers.contains(own)) {
                    places.putIfAbsent(own, parser.currentTokenLocation());
                }
            }
        }
        return places;
    }
}
