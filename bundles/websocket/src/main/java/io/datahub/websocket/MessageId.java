package io.datahub.websocket;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Finds the {@code id} of a message that can't be read as a whole, so that its refusal can name it: the first member of that
 * name of the outermost object whose value is a number or a string, whatever stands before and behind it. In one pass.
 */
final class MessageId {

    /** The most characters of an id. */
    static final int MAX_LENGTH = 256;

    private static final byte[] NAME = "id".getBytes(StandardCharsets.US_ASCII);
    private static final JsonFactory JSON = new JsonFactory();

    private final byte[] text;

    private MessageId(byte[] text) {
        this.text = text;
    }

    /** The JSON of the id, if there is one. */
    static Optional<String> find(byte[] text) {
        return new MessageId(text).find();
    }

    private Optional<String> find() {
        int depth = 0;
        for (int at = 0; at < text.length; at++) {
            switch (text[at]) {
                case '{', '[' -> depth++;
                case '}', ']' -> depth--;
                case '"' -> {
                    int end = endOfString(at);
                    int value = behindColon(end);
                    if (depth == 1 && value > 0 && isName(at, end)) {
                        return value(value);
                    }
                    at = end - 1;
                }
                default -> {}
            }
        }
        return Optional.empty();
    }

    /** Behind the quote that ends a string. */
    private int endOfString(int start) {
        for (int at = start + 1; at < text.length; at++) {
            if (text[at] == '\\') {
                at++;
            } else if (text[at] == '"') {
                return at + 1;
            }
        }
        return text.length;
    }

    private boolean isName(int start, int end) {
        return end - start == NAME.length + 2 && text[start + 1] == NAME[0] && text[start + 2] == NAME[1];
    }

    private int behindBlanks(int from) {
        int at = from;
        while (at < text.length && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r')) {
            at++;
        }
        return at;
    }

    /** Where the value begins whose name ends there, or 0 if that is no name. */
    private int behindColon(int from) {
        int at = behindBlanks(from);
        return at < text.length && text[at] == ':' ? behindBlanks(at + 1) : 0;
    }

    private Optional<String> value(int at) {
        int end = at < text.length && text[at] == '"' ? endOfString(at) : endOfNumber(at);
        if (end - at > 6 * MAX_LENGTH + 2) {
            return Optional.empty();
        }
        try (JsonParser parser = JSON.createParser(text, at, end - at)) {
            JsonToken token = parser.nextToken();
            return token == null ? Optional.empty() : json(token, parser.getText());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private int endOfNumber(int from) {
        int at = from;
        while (at < text.length && "+-.eE0123456789".indexOf(text[at]) >= 0) {
            at++;
        }
        return at;
    }

    /** An id as it stands in an answer; empty if it may be none. */
    static Optional<String> json(JsonToken token, String value) {
        if (value.length() > MAX_LENGTH || !Utf8.isEncodable(value)) {
            return Optional.empty();
        }
        if (token == JsonToken.VALUE_STRING) {
            return Optional.of(ServerMessage.quote(value));
        }
        return token.isNumeric() ? Optional.of(value) : Optional.empty();
    }
}
