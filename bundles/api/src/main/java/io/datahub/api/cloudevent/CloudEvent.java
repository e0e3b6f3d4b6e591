package io.datahub.api.cloudevent;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The context attributes of a CloudEvent (CloudEvents 1.0.2, 3) that conform to that specification.
 *
 * @param attributes by name; each is a {@link String}, {@link Boolean} or {@link Integer}
 */
public record CloudEvent(Map<String, Object> attributes) {

    /** The type of the CloudEvents in which the hub wraps events that are not CloudEvents themselves. */
    public static final String WRAPPED = "io.datahub.event";

    /** The maximum length of a type, in characters. */
    public static final int MAX_TYPE_LENGTH = 1024;

    private static final List<String> REQUIRED = List.of("id", "source", "type");
    private static final List<String> NEVER_EMPTY = List.of("subject", "datacontenttype", "dataschema");

    public CloudEvent {
        attributes = Collections.unmodifiableMap(new TreeMap<>(attributes)); // Map.copyOf degrades when hashes collide
    }

    /**
     * Validates the attributes; the refusal names the rule that they break.
     *
     * @param attributes by name, without the data
     * @return the event, or a refusal ({@link Reason#BAD_REQUEST})
     */
    public static Result<CloudEvent> of(Map<String, Object> attributes) {
        if (!"1.0".equals(attributes.get("specversion"))) {
            return bad("a CloudEvent's specversion must be \"1.0\"");
        }
        for (String name : REQUIRED) {
            if (!(attributes.get(name) instanceof String text) || text.isEmpty()) {
                return bad("a CloudEvent's " + name + " must be a non-empty string");
            }
        }
        for (Map.Entry<String, Object> attribute : new TreeMap<>(attributes).entrySet()) {
            String name = attribute.getKey();
            if (!isName(name) || name.equals("data")) {
                return bad("\"" + shortened(name)
                        + "\" isn't the name of an attribute, which has lower-case letters and digits only");
            }
            if (NEVER_EMPTY.contains(name) && !(attribute.getValue() instanceof String text && !text.isEmpty())) {
                return bad("a CloudEvent's " + name + " must be a non-empty string");
            }
        }
        String type = (String) attributes.get("type");
        if (type.length() > MAX_TYPE_LENGTH) {
            return bad("the type has " + type.length() + " characters; the maximum is " + MAX_TYPE_LENGTH);
        }
        if (!isUriReference((String) attributes.get("source"))) {
            return bad("a CloudEvent's source must be a URI-reference (RFC 3986), such as /builds/7");
        }
        Object schema = attributes.get("dataschema");
        if (schema != null && !isUri((String) schema)) {
            return bad("a CloudEvent's dataschema must be a URI with a scheme (RFC 3986)");
        }
        Object time = attributes.get("time");
        if (time != null && !(time instanceof String text && Rfc3339DateTimes.isDateTime(text))) {
            return bad("a CloudEvent's time must have the form 2026-11-25T18:00:00Z (RFC 3339)");
        }
        return Result.done(new CloudEvent(attributes));
    }

    private static boolean isName(String name) {
        return !name.isEmpty() && name.chars().allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
    }

    private static String shortened(String name) {
        return name.length() <= 40 ? name : name.substring(0, 40) + "…";
    }

    /**
     * Whether the text is a non-empty URI-reference; non-ASCII characters are treated as their percent-encoded form.
     */
    public static boolean isUriReference(String text) {
        try {
            return !text.isEmpty() && !new URI(text).toString().isEmpty();
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** Whether the text is a URI with a scheme. */
    public static boolean isUri(String text) {
        try {
            return new URI(text).isAbsolute();
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** Whether the text is nothing but Base64, with padding (RFC 4648, 4). */
    public static boolean isBase64(String text) {
        int end = text.length();
        if (end % 4 != 0) {
            return false;
        }
        while (end > 0 && text.length() - end < 2 && text.charAt(end - 1) == '=') {
            end--;
        }
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (!(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '+' && c != '/') {
                return false;
            }
        }
        return true;
    }

    private static Result<CloudEvent> bad(String detail) {
        return Result.refused(Reason.BAD_REQUEST, detail);
    }

    /**
     * An attribute as text, or null.
     *
     * @param name the name of the attribute
     * @return its value as text; null if it is absent
     */
    public String text(String name) {
        Object value = attributes.get(name);
        return value == null ? null : value.toString();
    }

    /**
     * The topic for a CloudEvent published without one: its type or, for an event that the hub wrapped, the original
     * topic, which is its subject.
     *
     * @return the topic
     */
    public String topic() {
        String subject = text("subject");
        return text("type").equals(WRAPPED) && subject != null ? subject : text("type");
    }
}
