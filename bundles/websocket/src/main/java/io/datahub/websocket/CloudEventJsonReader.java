package io.datahub.websocket;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.event.CloudEvent;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Parses the attributes of CloudEvents in JSON (CloudEvents JSON event format, 1.0.2); their data is skipped. */
final class CloudEventJsonReader {

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private CloudEventJsonReader() {}

    /** Whether the bytes are exactly one CloudEvent in JSON. */
    static boolean isCloudEvent(byte[] bytes) {
        return bytes.length > 0
                && bytes[0] == '{'
                && Utf8.isValid(bytes)
                && !read(bytes).isRefused();
    }

    static Result<CloudEvent> read(byte[] text) {
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return badRequest("a message is a CloudEvent in JSON");
            }
            Result<CloudEvent> event = object(parser);
            return event.isRefused() || parser.nextToken() == null
                    ? event
                    : badRequest("a message is one CloudEvent with nothing behind it");
        } catch (IOException e) {
            return badRequest(JsonFaults.detail("the message", e));
        }
    }

    private static Result<CloudEvent> object(JsonParser parser) throws IOException {
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
        return data > 1 ? badRequest("a CloudEvent has either data or data_base64") : CloudEvent.of(attributes);
    }

    private static Result<CloudEvent> badRequest(String detail) {
        return Result.refused(Reason.BAD_REQUEST, detail);
    }
}
