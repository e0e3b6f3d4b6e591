package io.datahub.http.events;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.event.CloudEvent;
import io.datahub.jetty.web.JsonText;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/** Parses the attributes of a CloudEvent in request headers (CloudEvents HTTP binding 1.0.2, 3.1). */
final class CloudEventHeaders {

    static final String PREFIX = "ce-";

    private CloudEventHeaders() {}

    /** Converts the headers and the body to an event in JSON, with the body as its data. */
    static Result<CloudEventMessage> read(HttpFields headers, byte[] body) {
        Map<String, Object> attributes = new HashMap<>();
        for (HttpField header : headers) {
            String name = header.getName().toLowerCase(Locale.ROOT);
            if (name.startsWith(PREFIX)) {
                Result<String> value = HeaderText.decode(name, unquoted(header.getValue()));
                if (value.isRefused()) {
                    return Result.refused(value.refusal().orElseThrow());
                }
                if (attributes.put(name.substring(PREFIX.length()), value.get()) != null) {
                    return duplicateHeader(name);
                }
            }
        }
        Optional<String> type = Optional.ofNullable(headers.get(HttpHeader.CONTENT_TYPE));
        if (type.isPresent() && attributes.put("datacontenttype", type.get()) != null) {
            return duplicateHeader(PREFIX + "datacontenttype, which is the header Content-Type,");
        }
        return CloudEvent.of(attributes)
                .then(event -> Result.done(new CloudEventMessage(event, json(event, type, body))));
    }

    private static Result<CloudEventMessage> duplicateHeader(String name) {
        return Result.refused(Reason.BAD_REQUEST, "the header " + name + " is there twice; an attribute has one value");
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
            DataText.write(json, type, data);
            json.writeEndObject();
        });
    }
}
