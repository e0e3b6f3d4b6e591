package io.datahub.api.cloudevent;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.json.JsonErrors;
import io.datahub.api.json.Utf8;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Parses CloudEvents in JSON, in structured and in batch mode (CloudEvents JSON event format 1.0.2, 3 and 4). The
 * attributes are validated; the data is skipped. Thread-safe.
 */
public final class CloudEventReader {

    static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    /** Stands for a value that no attribute can have. */
    private static final Object NOT_ALLOWED = new Object();

    private CloudEventReader() {}

    /**
     * Whether the bytes are exactly one CloudEvent in JSON.
     *
     * @param bytes any bytes
     * @return whether they are
     */
    public static boolean isCloudEvent(byte[] bytes) {
        return bytes.length > 0 && bytes[0] == '{' && !read(bytes, "").isRefused();
    }

    /**
     * Parses one CloudEvent in structured mode.
     *
     * @param bytes the event
     * @param subject what the bytes are, for the refusal, such as "the message"
     * @return the event, or a refusal ({@link Reason#BAD_REQUEST}) that says what is wrong
     */
    public static Result<CloudEventMessage> read(byte[] bytes, String subject) {
        if (!Utf8.isValid(bytes)) {
            return badRequest(subject + " isn't valid UTF-8");
        }
        try (JsonParser parser = FACTORY.createParser(bytes)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return badRequest(subject + " isn't a CloudEvent in JSON");
            }
            Result<CloudEventMessage> message = event(parser, bytes);
            return message.isRefused() || parser.nextToken() == null ? message : trailing(subject);
        } catch (IOException e) {
            return badRequest(JsonErrors.describe(subject, e));
        }
    }

    /**
     * Parses an array of CloudEvents in batch mode.
     *
     * @param bytes the array
     * @param subject what the bytes are, for the refusal, such as "the body"
     * @return the events in their order, or a refusal ({@link Reason#BAD_REQUEST}) that says what is wrong
     */
    public static Result<List<CloudEventMessage>> readBatch(byte[] bytes, String subject) {
        if (!Utf8.isValid(bytes)) {
            return badRequest(subject + " isn't valid UTF-8");
        }
        try (JsonParser parser = FACTORY.createParser(bytes)) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                return badRequest(subject + " isn't an array of CloudEvents");
            }
            List<CloudEventMessage> messages = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (parser.currentToken() != JsonToken.START_OBJECT) {
                    return badRequest("an element of the batch isn't a CloudEvent");
                }
                Result<CloudEventMessage> message = event(parser, bytes);
                if (message.isRefused()) {
                    return Result.refused(message.refusal().orElseThrow());
                }
                messages.add(message.get());
            }
            return parser.nextToken() == null ? Result.done(messages) : trailing(subject);
        } catch (IOException e) {
            return badRequest(JsonErrors.describe(subject, e));
        }
    }

    private static <T> Result<T> trailing(String subject) {
        return badRequest(subject + " has more than one JSON value");
    }

    private static Result<CloudEventMessage> event(JsonParser parser, byte[] bytes) throws IOException {
        int start = (int) parser.currentTokenLocation().getByteOffset();
        Result<Map<String, Object>> attributes = attributes(parser);
        int end = (int) parser.currentLocation().getByteOffset();
        return attributes
                .then(CloudEvent::of)
                .then(event -> Result.done(new CloudEventMessage(
                        event, end - start == bytes.length ? bytes : Arrays.copyOfRange(bytes, start, end))));
    }

    private static Result<Map<String, Object>> attributes(JsonParser parser) throws IOException {
        Map<String, Object> attributes = new HashMap<>();
        int data = 0;
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            if (name.equals("data") || name.equals("data_base64")) {
                if (name.equals("data_base64")
                        && value != JsonToken.VALUE_NULL
                        && !(value == JsonToken.VALUE_STRING && CloudEvent.isBase64(parser.getText()))) {
                    return badRequest("data_base64 isn't Base64 (RFC 4648, 4)");
                }
                parser.skipChildren();
                data += value == JsonToken.VALUE_NULL ? 0 : 1;
                continue;
            }
            switch (value) {
                case VALUE_STRING -> attributes.put(name, parser.getText());
                case VALUE_TRUE, VALUE_FALSE -> attributes.put(name, parser.getBooleanValue());
                case VALUE_NUMBER_INT ->
                    attributes.put(
                            name,
                            parser.getNumberType() == JsonParser.NumberType.INT ? parser.getIntValue() : NOT_ALLOWED);
                case VALUE_NULL -> {}
                default -> {
                    attributes.put(name, NOT_ALLOWED);
                    parser.skipChildren();
                }
            }
        }
        return data > 1 ? badRequest("a CloudEvent has data or data_base64, not both") : Result.done(attributes);
    }

    private static <T> Result<T> badRequest(String detail) {
        return Result.refused(Reason.BAD_REQUEST, detail);
    }
}
