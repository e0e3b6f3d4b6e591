package io.datahub.websocket;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.json.JsonErrors;
import io.datahub.api.json.Utf8;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.Credentials;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Parses one client message. Unknown fields are ignored. For single use. */
final class ClientMessageReader {

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNestingDepth(20)
                    .build())
            .build();

    private String type;
    private String id;
    private String user;
    private String token;
    private String topic;
    private String data;
    private String base64;
    private String since;
    private List<String> topics;

    private ClientMessageReader() {}

    /** The parsed message or a refusal, with the message id if there is one. */
    record ParsedMessage(Optional<String> id, Result<ClientMessage> message) {}

    static ParsedMessage read(byte[] text) {
        ClientMessageReader reader = new ClientMessageReader();
        Result<ClientMessage> message;
        try (JsonParser parser = JSON.createParser(text)) {
            reader.fields(parser);
            message = reader.message();
        } catch (MalformedMessageException e) {
            message = badRequest(e.getMessage());
        } catch (IOException e) {
            message = badRequest(JsonErrors.describe("the message", e));
        }
        Optional<String> id = Optional.ofNullable(reader.id);
        return new ParsedMessage(message.isRefused() ? id.or(() -> MessageId.find(text)) : id, message);
    }

    private void fields(JsonParser parser) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new MalformedMessageException("the message isn't a JSON object");
        }
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            parser.nextToken();
            switch (name) {
                case "id" -> id = id(parser);
                case "type" -> type = string(name, parser);
                case "user" -> user = string(name, parser);
                case "token" -> token = string(name, parser);
                case "topic" -> topic = string(name, parser);
                case "data" -> data = string(name, parser);
                case "base64" -> base64 = string(name, parser);
                case "topics" -> topics = strings(name, parser);
                case "since" ->
                    since = parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                            ? parser.getText()
                            : string(name, parser);
                default -> parser.skipChildren();
            }
        }
        if (parser.nextToken() != null) {
            throw new MalformedMessageException("the message has more than one JSON value");
        }
    }

    private static String id(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING
                && !parser.currentToken().isNumeric()) {
            throw new MalformedMessageException("id must be a number or a string");
        }
        return MessageId.json(parser.currentToken(), parser.getText())
                .orElseThrow(() -> new MalformedMessageException(
                        "id must be valid Unicode of at most " + MessageId.MAX_LENGTH + " characters"));
    }

    private static String string(String name, JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw new MalformedMessageException(name + " must be a string");
        }
        String text = parser.getText();
        if (!Utf8.isEncodable(text)) {
            throw new MalformedMessageException(name + " isn't valid Unicode; send bytes as base64");
        }
        return text;
    }

    private static List<String> strings(String name, JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw new MalformedMessageException(name + " must be an array of strings");
        }
        List<String> values = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            values.add(string("each of " + name, parser));
        }
        return values;
    }

    private Result<ClientMessage> message() {
        if (type == null) {
            return badRequest("type is missing");
        }
        Optional<String> messageId = Optional.ofNullable(id);
        return switch (type) {
            case "auth" -> auth(messageId);
            case "subscribe" -> subscribe(messageId);
            case "unsubscribe" ->
                topics == null
                        ? badRequest("topics is missing")
                        : Result.done(new ClientMessage.Unsubscribe(messageId, topics));
            case "publish" -> publish(messageId);
            default -> badRequest("type must be auth, subscribe, unsubscribe or publish");
        };
    }

    private Result<ClientMessage> auth(Optional<String> messageId) {
        return token == null
                ? badRequest("token is missing")
                : Result.done(new ClientMessage.Auth(
                        messageId, new Credentials.Token(Optional.ofNullable(user), utf8(token))));
    }

    private Result<ClientMessage> subscribe(Optional<String> messageId) {
        if (topics == null) {
            return badRequest("topics is missing");
        }
        if (since == null) {
            return Result.done(new ClientMessage.Subscribe(messageId, topics, Optional.empty()));
        }
        return Cursor.parse(since)
                .then(cursor -> Result.done(new ClientMessage.Subscribe(messageId, topics, Optional.of(cursor))));
    }

    private Result<ClientMessage> publish(Optional<String> messageId) {
        if (topic == null) {
            return badRequest("topic is missing");
        }
        if ((data == null) == (base64 == null)) {
            return badRequest("an event has data or base64, and not both");
        }
        try {
            byte[] payload = data != null ? utf8(data) : Base64.getDecoder().decode(base64);
            return Result.done(new ClientMessage.Publish(messageId, topic, payload));
        } catch (IllegalArgumentException e) {
            return badRequest("base64 isn't valid (RFC 4648, 4)");
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static <T> Result<T> badRequest(String detail) {
        return Result.refused(new Refusal(Reason.BAD_REQUEST, detail));
    }

    /** Aborts parsing with an error message for the client. */
    private static final class MalformedMessageException extends IOException {
        MalformedMessageException(String sentence) {
            super(sentence);
        }
    }
}
