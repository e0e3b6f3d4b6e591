package io.datahub.api.cloudevent;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    /** Bounds what an event with many wrong attributes costs. */
    private static final int MAX_VIOLATIONS = 100;

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
        List<String> violations = violations(attributes);
        return violations.isEmpty()
                ? Result.done(new CloudEvent(attributes))
                : Result.refused(Reason.BAD_REQUEST, violations.get(0));
    }

    /**
     * The rules that attributes break.
     *
     * @param attributes by name, without the data; a value of any other class than {@link String}, {@link Boolean} and
     *     {@link Integer} stands for one that isn't allowed
     * @return a sentence for each, up to some 100; empty if the attributes are those of a CloudEvent
     */
    public static List<String> violations(Map<String, ?> attributes) {
        List<String> violations = new ArrayList<>();
        if (!"1.0".equals(attributes.get("specversion"))) {
            violations.add("a CloudEvent's specversion must be \"1.0\"");
        }
        for (String name : REQUIRED) {
            if (!isNonEmptyString(attributes.get(name))) {
                violations.add("a CloudEvent's " + name + " must be a non-empty string");
            }
        }
        for (Map.Entry<String, ?> attribute : new TreeMap<>(attributes).entrySet()) {
            if (violations.size() >= MAX_VIOLATIONS) {
                break;
            }
            if (!REQUIRED.contains(attribute.getKey()) && !attribute.getKey().equals("specversion")) {
                optional(attribute.getKey(), attribute.getValue()).ifPresent(violations::add);
            }
        }
        String type = attributes.get("type") instanceof String text ? text : "";
        if (type.length() > MAX_TYPE_LENGTH) {
            violations.add("the type has " + type.length() + " characters; the maximum is " + MAX_TYPE_LENGTH);
        }
        if (attributes.get("source") instanceof String source && !source.isEmpty() && !isUriReference(source)) {
            violations.add("a CloudEvent's source must be a URI-reference (RFC 3986), such as /builds/7");
        }
        return violations;
    }

    private static Optional<String> optional(String name, Object value) {
        if (!isName(name) || name.equals("data")) {
            return Optional.of("\"" + shortened(name)
                    + "\" isn't the name of an attribute, which has lower-case letters and digits only");
        }
        if (NEVER_EMPTY.contains(name) && !isNonEmptyString(value)) {
            return Optional.of("a CloudEvent's " + name + " must be a non-empty string");
        }
        if (name.equals("dataschema") && !isUri((String) value)) {
            return Optional.of("a CloudEvent's dataschema must be a URI with a scheme (RFC 3986)");
        }
        if (name.equals("time") && !(value instanceof String text && Rfc3339DateTimes.isDateTime(text))) {
            return Optional.of("a CloudEvent's time must have the form 2026-11-25T18:00:00Z (RFC 3339)");
        }
        return value instanceof String || value instanceof Boolean || value instanceof Integer
                ? Optional.empty()
                : Optional.of("the attribute " + shortened(name)
                        + " must be a string, a boolean or an integer of 32 bits (CloudEvents, 3)");
    }

    private static boolean isNonEmptyString(Object value) {
        return value instanceof String text && !text.isEmpty();
    }

    private static boolean isName(String name) {
        return !name.isEmpty() && name.chars().allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
    }

    private static String shortened(String name) {
        return name.length() <= 40 ? name : name.substring(0, 40) + "…";
    }

    /**
     * Whether the text is a non-empty URI-reference; non-ASCII characters are treated as their percent-encoded form.
     *
     * @param text any text
     * @return whether it is one
     */
    public static boolean isUriReference(String text) {
        try {
            return !text.isEmpty() && !new URI(text).toString().isEmpty();
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /**
     * Whether the text is a URI with a scheme.
     *
     * @param text any text
     * @return whether it is one
     */
    public static boolean isUri(String text) {
        try {
            return new URI(text).isAbsolute();
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /**
     * Whether the text is nothing but Base64, with padding (RFC 4648, 4).
     *
     * @param text any text
     * @return whether it is
     */
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
