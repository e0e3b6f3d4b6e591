package io.datahub.validators.cloudevents;

import com.fasterxml.jackson.databind.JsonNode;
import io.datahub.api.cloudevent.CloudEvent;
import io.datahub.api.cloudevent.Rfc3339DateTimes;
import io.datahub.validators.support.Findings;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The rules of CloudEvents 1.0 for an event in the JSON format, and of the CDEvents binding for events of its types:
 * the id, source, type, subject and time of a CDEvent must equal those of the CloudEvent that carries it.
 */
final class CloudEventRules {

    private static final List<String> REQUIRED = List.of("specversion", "id", "source", "type");
    private static final Pattern EXTENSION_NAME = Pattern.compile("[a-z0-9]+");
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
        for (String name : REQUIRED) {
            if (!event.path(name).isTextual() || event.path(name).textValue().isEmpty()) {
                findings.add(name + " is missing; a CloudEvent has it as a string that isn't empty");
            }
        }
        String version = event.path("specversion").asText("1.0");
        if (!version.isEmpty() && !version.equals("1.0")) {
            findings.add("specversion is " + version + "; it must be 1.0");
        }
        for (Map.Entry<String, JsonNode> member : event.properties()) {
            if (!member.getValue().isNull()) {
                validateMember(member.getKey(), member.getValue());
            }
        }
        if (event.hasNonNull("data") && event.hasNonNull("data_base64")) {
            findings.add("there are both data and data_base64; one event has one of them");
        }
        if (event.path("type").asText().startsWith(CDEVENTS)) {
            validateCdEvent(event);
        }
    }

    private void validateMember(String name, JsonNode value) {
        switch (name) {
            case "data" -> {}
            case "data_base64" -> {
                if (!value.isTextual() || !CloudEvent.isBase64(value.textValue())) {
                    findings.add("data_base64 is no Base64 (RFC 4648)");
                }
            }
            case "specversion", "id", "type" -> {}
            case "source" -> validateUri(name, value, false);
            case "dataschema" -> validateUri(name, value, true);
            case "subject" -> {
                if (!value.isTextual() || value.textValue().isEmpty()) {
                    findings.add("subject is a string that isn't empty, or left out");
                }
            }
            case "time" -> {
                if (!value.isTextual() || !Rfc3339DateTimes.isDateTime(value.textValue())) {
                    findings.add("time is no date and time with a zone (RFC 3339), such as 2026-11-23T10:00:00Z");
                }
            }
            case "datacontenttype" -> {
                if (!value.isTextual() || !MEDIA_TYPE.matcher(value.textValue()).matches()) {
                    findings.add("datacontenttype is no media type, such as application/json");
                }
            }
            default -> validateExtension(name, value);
        }
    }

    private void validateExtension(String name, JsonNode value) {
        if (!EXTENSION_NAME.matcher(name).matches()) {
            findings.add("the attribute " + truncated(name) + " has a name of other characters than a-z and 0-9");
        } else if (!(value.isTextual() || value.isBoolean() || (value.isIntegralNumber() && value.canConvertToInt()))) {
            findings.add("the attribute " + truncated(name)
                    + " is neither a string, nor true or false, nor a whole number of 32 bits");
        }
    }

    private void validateUri(String name, JsonNode value, boolean absolute) {
        String text = value.isTextual() ? value.textValue() : "";
        if (absolute ? !CloudEvent.isUri(text) : !CloudEvent.isUriReference(text)) {
            findings.add(name + " is no URI" + (absolute ? " with a scheme" : " reference") + " (RFC 3986)");
        }
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

    private static String truncated(String name) {
        return name.length() <= 40 ? name : name.substring(0, 40) + "…";
    }
}
