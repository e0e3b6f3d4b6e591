package io.datahub.api.event;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The context attributes of a CloudEvent (CloudEvents 1.0.2, 3), which hold to the rules of that standard.
 *
 * @param attributes by name; each is a {@link String}, {@link Boolean} or {@link Integer}
 */
public record CloudEvent(Map<String, Object> attributes) {

    /** The type of the CloudEvents that the hub wraps round events that are none. */
    public static final String WRAPPED = "io.datahub.event";

    private static final Pattern NAME = Pattern.compile("[a-z0-9]+");
    private static final List<String> REQUIRED = List.of("id", "source", "type");
    private static final List<String> NEVER_EMPTY = List.of("subject", "datacontenttype", "dataschema");

    public CloudEvent {
        attributes = Map.copyOf(attributes);
    }

    /** The attributes as a CloudEvent, or which rule they break. */
    public static Result<CloudEvent> of(Map<String, Object> attributes) {
        if (!"1.0".equals(attributes.get("specversion"))) {
            return bad("a CloudEvent has a specversion, which is \"1.0\"");
        }
        for (String name : REQUIRED) {
            if (!(attributes.get(name) instanceof String text) || text.isEmpty()) {
                return bad("a CloudEvent's " + name + " is a string that isn't empty");
            }
        }
        for (Map.Entry<String, Object> attribute : new TreeMap<>(attributes).entrySet()) {
            String name = attribute.getKey();
            if (!NAME.matcher(name).matches() || name.equals("data")) {
                return bad("\"" + name + "\" is no name of an attribute: those have lower-case letters and digits");
            }
            if (NEVER_EMPTY.contains(name) && !(attribute.getValue() instanceof String text && !text.isEmpty())) {
                return bad("a CloudEvent's " + name + " is a string that isn't empty");
            }
        }
        Object time = attributes.get("time");
        if (time != null && !isTime(time)) {
            return bad("a CloudEvent's time has the form 2026-11-25T18:00:00Z (RFC 3339)");
        }
        return Result.done(new CloudEvent(attributes));
    }

    private static boolean isTime(Object time) {
        try {
            return time instanceof String text && OffsetDateTime.parse(text) != null;
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    private static Result<CloudEvent> bad(String detail) {
        return Result.refused(Reason.BAD_REQUEST, detail);
    }

    /** An attribute as text, or null. */
    public String text(String name) {
        Object value = attributes.get(name);
        return value == null ? null : value.toString();
    }

    /**
     * The topic for a CloudEvent that comes without one: its type, or for one that the hub had wrapped the topic that it had,
     * which is its subject.
     */
    public String topic() {
        String subject = text("subject");
        return text("type").equals(WRAPPED) && subject != null ? subject : text("type");
    }
}
