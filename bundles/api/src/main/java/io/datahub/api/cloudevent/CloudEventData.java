package io.datahub.api.cloudevent;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import io.datahub.api.json.Utf8;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** Writes the data of a CloudEvent, bytes of any media type, as JSON (CloudEvents JSON event format 1.0.2, 3.1). */
final class CloudEventData {

    private CloudEventData() {}

    /** Writes JSON as it is, text as a string, and everything else in Base64. */
    static void write(JsonGenerator json, Optional<String> type, byte[] data) throws IOException {
        if (data.length == 0) {
            return;
        }
        if (type.isEmpty() || !Utf8.isValid(data)) {
            json.writeBinaryField("data_base64", data);
        } else if (isJson(type.get())) {
            writeJson(json, data);
        } else {
            json.writeFieldName("data");
            json.writeUTF8String(data, 0, data.length);
        }
    }

    private static boolean isJson(String type) {
        String mediaType = CloudEventMode.mediaType(type).toLowerCase(Locale.ROOT);
        return mediaType.endsWith("/json") || mediaType.endsWith("+json");
    }

    private static void writeJson(JsonGenerator json, byte[] data) throws IOException {
        if (isWellFormed(data)) {
            json.writeFieldName("data");
            json.writeRawValue(new String(data, StandardCharsets.UTF_8));
        } else {
            json.writeBinaryField("data_base64", data);
        }
    }

    private static boolean isWellFormed(byte[] data) {
        try (JsonParser parser = CloudEventReader.FACTORY.createParser(data)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }
}
