package io.datahub.validators.cloudevents;

import com.fasterxml.jackson.databind.JsonNode;
import io.datahub.api.cloudevent.CloudEvent;
import io.datahub.validators.support.Findings;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The rules of CloudEvents 1.0 for an event in the JSON format, which {@link CloudEvent} has for attributes, and of the
 * CDEvents binding for events of its types: the id, source, type, subject and time of a CDEvent must equal those of the CloudEvent that carries it.
 */
final class CloudEventRules {

    private static final Set<String> DATA = Set.of("data", "data_base64");
    private static final Pattern MEDIA_TYPE =
            Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:\\s*;.*)?", Pattern.DOTALL);
    private static final String CDEVENTS = "dev.cdevents.";

    /** JSON Pointers to the members of a CDEvent that repeat a CloudEvents attribute. */
    private static final Map<String, String> CDEVENT_POINTERS = Map.of(
            "id", "/context/id",
            "source", "/context/source",
            "type", "/context/type",
            "time", "/context/timestamp",
            "subject", "/subject/id");

    private final Findings findings;

    CloudEventRules(Findings findings) {
        this.findings = findings;
    }

    /** Validates an event. */
    void validate(JsonNode event) {
        if (!event.isObject()) {
            findings.add("a CloudEvent is a JSON object");
            return;
        }
        CloudEvent.violations(attributes(event)).forEach(findings::add);
        JsonNode contentType = event.path("datacontenttype");
        if (contentType.isTextual()
                && !MEDIA_TYPE.matcher(contentType.textValue()).matches()) {
            findings.add("a CloudEvent's datacontenttype must be a media type, such as application/json");
        }
        JsonNode base64 = event.path("data_base64");
        if (event.hasNonNull("data_base64") && !(base64.isTextual() && CloudEvent.isBase64(base64.textValue()))) {
            findings.add("data_base64 isn't Base64 (RFC 4648, 4)");
        }
        if (event.hasNonNull("data") && event.hasNonNull("data_base64")) {
            findings.add("a CloudEvent has data or data_base64, not both");
        }
        if (event.path("type").asText().startsWith(CDEVENTS)) {
            validateCdEvent(event);
        }
    }

    /** The attributes as {@link CloudEvent} takes them; a value that none can have stays a {@link JsonNode}. */
    private static Map<String, Object> attributes(JsonNode event) {
        Map<String, Object> attributes = new HashMap<>();
        for (Map.Entry<String, JsonNode> member : event.properties()) {
            if (!member.getValue().isNull() && !DATA.contains(member.getKey())) {
                attributes.put(member.getKey(), value(member.getValue()));
            }
        }
        return attributes;
    }

    private static Object value(JsonNode value) {
        if (value.isTextual()) {
            return value.textValue();
        }
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        return value.isIntegralNumber() && value.canConvertToInt() ? (Object) value.intValue() : value;
    }

    private void validateCdEvent(JsonNode event) {
        JsonNode data = event.path("data");
        if (!data.path("context").isObject()) {
            findings.add("data has no context; the data of a CDEvent has context and subject");
            return;
        }
        for (String name : new TreeSet<>(CDEVENT_POINTERS.keySet())) {
            String pointer = CDEVENT_POINTERS.get(name);
            if (event.hasNonNull(name) && !event.get(name).equals(data.at(pointer))) {
                findings.add("data" + pointer + " differs from " + name + "; in a CDEvent both are the same");
            }
        }
    }
}
