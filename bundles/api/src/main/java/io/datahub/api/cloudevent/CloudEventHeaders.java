package io.datahub.api.cloudevent;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Parses CloudEvents in binary mode: the attributes are headers (CloudEvents HTTP binding 1.0.2, 3.1). Thread-safe. */
public final class CloudEventHeaders {

    /** What the names of the headers with attributes begin with. */
    public static final String PREFIX = "ce-";

    private CloudEventHeaders() {}

    /**
     * Converts headers and a body to an event in JSON, with the body as its data.
     *
     * @param headers all headers as name and value, in which each character is one byte of the header, or decoded
     * @param contentType the value of {@code Content-Type}, if there is one
     * @param body the data
     * @return the event, or a refusal ({@link Reason#BAD_REQUEST}) that says what is wrong
     */
    public static Result<CloudEventMessage> read(
            List<Map.Entry<String, String>> headers, Optional<String> contentType, byte[] body) {
        Map<String, Object> attributes = new HashMap<>();
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.startsWith(PREFIX)) {
                Result<String> value = CloudEventHeaderValue.decode(name, unquoted(header.getValue()));
                if (value.isRefused()) {
                    return Result.refused(value.refusal().orElseThrow());
                }
                if (attributes.put(name.substring(PREFIX.length()), value.get()) != null) {
                    return duplicateHeader(name);
                }
            }
        }
        if (contentType.isPresent() && attributes.put("datacontenttype", contentType.get()) != null) {
            return duplicateHeader(PREFIX + "datacontenttype, which is the header Content-Type,");
        }
        return CloudEvent.of(attributes)
                .then(event -> Result.done(new CloudEventMessage(event, json(event, contentType, body))));
    }

    /**
     * Encodes the value of an attribute for a header: what may not stand in one, and what {@link #read} would decode, by
     * percent signs (3.1.3.2).
     *
     * @param text the value
     * @return the value of the header, in ASCII
     */
    public static String encoded(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b <= ' ' || b == '"' || b == '%' || b == 127) {
                encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            } else {
                encoded.append((char) b);
            }
        }
        return encoded.toString();
    }

    private static Result<CloudEventMessage> duplicateHeader(String name) {
        return Result.refused(Reason.BAD_REQUEST, "the header " + name + " occurs twice; an attribute has one value");
    }

    /** Removes quotes: some senders quote values that contain spaces, and a receiver must accept both forms. */
    private static String unquoted(String value) {
        boolean isQuoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
        return isQuoted ? value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1") : value;
    }

    private static byte[] json(CloudEvent event, Optional<String> type, byte[] data) {
        return JsonText.of(json -> {
            json.writeStartObject();
            json.writeStringField("specversion", event.text("specversion"));
            for (String name : new TreeMap<>(event.attributes()).keySet()) {
                if (!name.equals("specversion")) {
                    json.writeStringField(name, event.text(name));
                }
            }
            CloudEventData.write(json, type, data);
            json.writeEndObject();
        });
    }
}
