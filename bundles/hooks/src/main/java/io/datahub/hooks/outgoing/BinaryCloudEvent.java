package io.datahub.hooks.outgoing;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.datahub.api.cloudevent.CloudEvent;
import io.datahub.api.cloudevent.CloudEventHeaders;
import io.datahub.api.json.JsonText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A CloudEvent in binary mode (CloudEvents HTTP binding 1.0.2, 3.1). */
final class BinaryCloudEvent {

    private BinaryCloudEvent() {}

    static Map<String, String> headers(CloudEvent event) {
        Map<String, String> headers = new TreeMap<>();
        for (String name : event.attributes().keySet()) {
            if (!name.equals("datacontenttype")) {
                headers.put(CloudEventHeaders.PREFIX + name, CloudEventHeaders.encoded(event.text(name)));
            }
        }
        String type = event.text("datacontenttype");
        headers.put(
                "Content-Type",
                type == null
                        ? "application/json"
                        : CloudEventHeaders.encoded(type).replace("%20", " "));
        return headers;
    }

    /**
     * The data of a CloudEvent in JSON, which is well-formed: text and Base64 decoded, anything else as JSON.
     *
     * @param type the media type of the data; null for JSON
     */
    static byte[] data(byte[] event, String type) {
        boolean isJson = type == null || type.toLowerCase(Locale.ROOT).contains("json");
        try (JsonParser parser = JsonText.FACTORY.createParser(event)) {
            parser.nextToken();
            byte[] data = {};
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (name.equals("data_base64") && value == JsonToken.VALUE_STRING) {
                    return parser.getBinaryValue();
                } else if (name.equals("data")) {
                    data = value == JsonToken.VALUE_STRING && !isJson
                            ? parser.getText().getBytes(StandardCharsets.UTF_8)
                            : copy(parser);
                } else {
                    parser.skipChildren();
                }
            }
            return data;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] copy(JsonParser parser) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JsonText.FACTORY.createGenerator(bytes)) {
            json.copyCurrentStructure(parser);
        }
        return bytes.toByteArray();
    }
}
