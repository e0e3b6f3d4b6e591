package io.datahub.http.events;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.event.CloudEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A CloudEvent in JSON (CloudEvents JSON event format 1.0.2), byte for byte as the sender wrote it.
 *
 * @param attributes the attributes that the hub reads
 */
@SuppressWarnings("ArrayRecordComponent") // short-lived; never compared
record CloudEventMessage(CloudEvent attributes, byte[] json) {

    static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    /** Parses a body in structured mode or in batch mode. */
    static Result<List<CloudEventMessage>> read(byte[] body, boolean isBatch) {
        if (!DataText.isUtf8(body)) {
            return badRequest("the body is no UTF-8");
        }
        try (JsonParser parser = FACTORY.createParser(body)) {
            List<CloudEventMessage> messages = new ArrayList<>();
            JsonToken expected = isBatch ? JsonToken.START_ARRAY : JsonToken.START_OBJECT;
            if (parser.nextToken() != expected) {
                return badRequest(isBatch ? "a batch is an array of CloudEvents" : "the body is a CloudEvent in JSON");
            }
            while (!isBatch || parser.nextToken() != JsonToken.END_ARRAY) {
                Result<CloudEventMessage> message = parseEvent(parser, body);
                if (message.isRefused()) {
                    return Result.refused(message.refusal().orElseThrow());
                }
                messages.add(message.get());
                if (!isBatch) {
                    break;
                }
            }
            return parser.nextToken() == null
                    ? Result.done(messages)
                    : badRequest("the body is one JSON value with nothing behind it");
        } catch (IOException e) {
            return badRequest(JsonFaults.detail("the body", e));
        }
    }

    private static Result<CloudEventMessage> parseEvent(JsonParser parser, byte[] body) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            return badRequest("each element of a batch is a CloudEvent");
        }
        int start = (int) parser.currentTokenLocation().getByteOffset();
        Result<Map<String, Object>> attributes = parseAttributes(parser);
        int end = (int) parser.currentLocation().getByteOffset();
        return attributes
                .then(CloudEvent::of)
                .then(event -> Result.done(new CloudEventMessage(event, Arrays.copyOfRange(body, start, end))));
    }

    private static Result<Map<String, Object>> parseAttributes(JsonParser parser) throws IOException {
        Map<String, Object> attributes = new HashMap<>();
        int data = 0;
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            if (name.equals("data") || name.equals("data_base64")) {
                if (name.equals("data_base64")
                        && value != JsonToken.VALUE_NULL
                        && !(value == JsonToken.VALUE_STRING && CloudEvent.isBase64(parser.getText()))) {
                    return badRequest("data_base64 is no Base64 (RFC 4648, 4)");
                }
                parser.skipChildren();
                data += value == JsonToken.VALUE_NULL ? 0 : 1;
                continue;
            }
            switch (value) {
                case VALUE_STRING -> attributes.put(name, parser.getText());
                case VALUE_TRUE, VALUE_FALSE -> attributes.put(name, parser.getBooleanValue());
                case VALUE_NUMBER_INT -> {
                    if (parser.getNumberType() != JsonParser.NumberType.INT) {
                        return badRequest("the attribute " + name
                                + " is more than a whole number of 32 bits; send it as a string (CloudEvents, 3)");
                    }
                    attributes.put(name, parser.getIntValue());
                }
                case VALUE_NULL -> {}
                default -> {
                    return badRequest("the attribute " + name + " is a string, a whole number or a truth value");
                }
            }
        }
        return data > 1 ? badRequest("a CloudEvent has either data or data_base64") : Result.done(attributes);
    }

    private static <T> Result<T> badRequest(String detail) {
        return Result.refused(Reason.BAD_REQUEST, detail);
    }
}
