package io.datahub.jwt;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The members of a JSON object in a JWT, its header or its claims. Read strictly: a name that occurs twice, malformed
 * UTF-8 and whatever else could be read in two ways is refused (RFC 8725, 2.4 and 3.10).
 *
 * @param values the values of the members that are texts, booleans or integers, as texts
 * @param lists the values of the members that are lists, as far as they are texts, booleans or integers, as texts
 * @param numbers the values of the members that are numbers, in whole seconds where they are times
 * @param audience the member {@code aud}, a text or several
 * @param names the names of all members
 */
record Claims(
        Map<String, String> values,
        Map<String, Set<String>> lists,
        Map<String, Long> numbers,
        Set<String> audience,
        Set<String> names) {

    private static final int MAX_DEPTH = 20;
    private static final int MAX_DIGITS = 40;

    /**
     * Claims that have one value by RFC 7519 and OpenID Connect Core 1.0, sections 2 and 5.1. A list of them isn't
     * taken as a choice: what says that an address is verified, for example, means one of them only.
     */
    private static final Set<String> SINGLE = Set.of(
            "iss",
            "sub",
            "jti",
            "azp",
            "nonce",
            "acr",
            "email",
            "email_verified",
            "phone_number",
            "phone_number_verified",
            "preferred_username");

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(MAX_DIGITS)
                    .build())
            .build();

    /**
     * Reads a part of a JWT.
     *
     * @param part in base64url
     * @throws IllegalArgumentException if it isn't a JSON object, or is ambiguous
     */
    static Claims parse(String part) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(part);
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return read(text);
        } catch (IOException e) {
            throw new IllegalArgumentException("it isn't a JSON object, or has a name twice", e);
        }
    }

    private static Claims read(String text) throws IOException {
        Map<String, String> values = new HashMap<>();
        Map<String, Set<String>> lists = new HashMap<>();
        Map<String, Long> numbers = new HashMap<>();
        Set<String> audience = new HashSet<>();
        Set<String> names = new HashSet<>();
        try (JsonParser json = FACTORY.createParser(text)) {
            json.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
            require(json.nextToken() == JsonToken.START_OBJECT, "it isn't a JSON object");
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                JsonToken token = json.nextToken();
                names.add(name);
                if (name.equals("aud")) {
                    audience(json, token, audience);
                } else if (token.isNumeric()) {
                    number(json, name, values, numbers);
                } else if (isComparable(token)) {
                    values.put(name, json.getText());
                } else if (token == JsonToken.START_ARRAY) {
                    lists.put(name, list(json));
                } else {
                    skip(json);
                }
            }
            require(json.nextToken() == null, "something follows the JSON object");
        }
        return new Claims(values, lists, numbers, audience, names);
    }

    private static boolean isComparable(JsonToken token) {
        return token == JsonToken.VALUE_STRING || token == JsonToken.VALUE_NUMBER_INT || token.isBoolean();
    }

    private static Set<String> list(JsonParser json) throws IOException {
        Set<String> elements = new HashSet<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (isComparable(json.currentToken())) {
                elements.add(json.getText());
            } else {
                skip(json);
            }
        }
        return elements;
    }

    private static void audience(JsonParser json, JsonToken token, Set<String> audience) throws IOException {
        if (token == JsonToken.START_ARRAY) {
            while (json.nextToken() != JsonToken.END_ARRAY) {
                require(json.currentToken() == JsonToken.VALUE_STRING, "aud isn't a list of texts");
                audience.add(json.getText());
            }
        } else {
            require(token == JsonToken.VALUE_STRING, "aud isn't a text");
            audience.add(json.getText());
        }
    }

    private static void number(JsonParser json, String name, Map<String, String> values, Map<String, Long> numbers)
            throws IOException {
        if (isComparable(json.currentToken())) {
            values.put(name, json.getText());
        }
        double value = json.getDoubleValue();
        if (Math.abs(value) < Long.MAX_VALUE) {
            numbers.put(name, (long) Math.floor(value));
        }
    }

    /** Reads all of a nested value, so that a name that occurs twice in it is noticed. */
    private static void skip(JsonParser json) throws IOException {
        int depth = 0;
        do {
            JsonToken token = json.currentToken();
            depth += token.isStructStart() ? 1 : 0;
            depth -= token.isStructEnd() ? 1 : 0;
        } while (depth > 0 && json.nextToken() != null);
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** Whether a claim has this value, or is a list that contains it. */
    boolean has(String name, String value) {
        if (name.equals("aud")) {
            return audience.contains(value);
        }
        return value.equals(values.get(name))
                || (!SINGLE.contains(name) && lists.getOrDefault(name, Set.of()).contains(value));
    }

    /**
     * A time (RFC 7519, NumericDate).
     *
     * @throws IllegalArgumentException if the claim is no time
     */
    Optional<Instant> time(String name) {
        require(!names.contains(name) || numbers.containsKey(name), name + " isn't a time");
        try {
            return Optional.ofNullable(numbers.get(name)).map(Instant::ofEpochSecond);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(name + " isn't a time", e);
        }
    }
}
