package io.datahub.websocket;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.datahub.api.json.JsonText;
import io.datahub.api.json.Utf8;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Finds the {@code id} of a message that can't be parsed completely, so that the refusal can refer to it: the first
 * member with that name in the outermost object whose value is a number or a string, whatever precedes or follows it.
 * Single pass.
 */
final class MessageId {

    /** The maximum length of an id in characters. */
    static final int MAX_LENGTH = 256;

    private static final byte[] NAME = "id".getBytes(StandardCharsets.US_ASCII);

    private final byte[] text;

    private MessageId(byte[] text) {
        this.text = text;
    }

    /** The id as JSON, if there is one. */
    static Optional<String> find(byte[] text) {
        return new MessageId(text).find();
    }

    private Optional<String> find() {
        int depth = 0;
        for (int position = 0; position < text.length; position++) {
            switch (text[position]) {
                case '{', '[' -> depth++;
                case '}', ']' -> depth--;
                case '"' -> {
                    int end = endOfString(position);
                    int value = valueStart(end);
                    if (depth == 1 && value > 0 && isName(position, end)) {
                        return value(value);
                    }
                    position = end - 1;
                }
                default -> {}
            }
        }
        return Optional.empty();
    }

    /** The position after the closing quote of a string. */
    private int endOfString(int start) {
        for (int position = start + 1; position < text.length; position++) {
            if (text[position] == '\\') {
                position++;
            } else if (text[position] == '"') {
                return position + 1;
            }
        }
        return text.length;
    }

    private boolean isName(int start, int end) {
        return end - start == NAME.length + 2 && text[start + 1] == NAME[0] && text[start + 2] == NAME[1];
    }

    private int skipWhitespace(int from) {
        int position = from;
        while (position < text.length
                && (text[position] == ' '
                        || text[position] == '\t'
                        || text[position] == '\n'
                        || text[position] == '\r')) {
            position++;
        }
        return position;
    }

    /** The start of the value after a member name that ends at this position, or 0 if it isn't a member name. */
    private int valueStart(int from) {
        int position = skipWhitespace(from);
        return position < text.length && text[position] == ':' ? skipWhitespace(position + 1) : 0;
    }

    private Optional<String> value(int position) {
        int end = position < text.length && text[position] == '"' ? endOfString(position) : endOfNumber(position);
        if (end - position > 6 * MAX_LENGTH + 2) {
            return Optional.empty();
        }
        try (JsonParser parser = JsonText.FACTORY.createParser(text, position, end - position)) {
            JsonToken token = parser.nextToken();
            return token == null ? Optional.empty() : json(token, parser.getText());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private int endOfNumber(int from) {
        int position = from;
        while (position < text.length && "+-.eE0123456789".indexOf(text[position]) >= 0) {
            position++;
        }
        return position;
    }

    /** The id as JSON for a reply; empty if it is invalid. */
    static Optional<String> json(JsonToken token, String value) {
        if (value.length() > MAX_LENGTH || !Utf8.isEncodable(value)) {
            return Optional.empty();
        }
        if (token == JsonToken.VALUE_STRING) {
            return Optional.of(JsonText.quoted(value));
        }
        return token.isNumeric() ? Optional.of(value) : Optional.empty();
    }
}
