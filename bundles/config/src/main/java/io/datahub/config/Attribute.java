package io.datahub.config;

import java.util.List;
import java.util.stream.Stream;

/**
 * A configuration key as the metatype describes it.
 *
 * @param min the minimum, or null
 * @param max the maximum, or null
 * @param required whether the key must be set because it has no default
 * @param options the allowed values; empty if any value is allowed
 */
record Attribute(String id, String type, Long min, Long max, boolean required, List<String> options) {

    Attribute {
        options = List.copyOf(options);
    }

    /** Returns a copy with one more allowed value. */
    Attribute withOption(String option) {
        return new Attribute(
                id,
                type,
                min,
                max,
                required,
                Stream.concat(options.stream(), Stream.of(option)).toList());
    }

    /** Returns a description of the allowed values if the value is invalid, otherwise null. */
    String violation(String value) {
        if (!options.isEmpty() && !options.contains(value)) {
            return "one of " + String.join(", ", options);
        }
        return switch (type) {
            case "Integer" -> rangeViolation(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case "Long" -> rangeViolation(value, Long.MIN_VALUE, Long.MAX_VALUE);
            case "Boolean" ->
                value.equalsIgnoreCase("true") || value.equalsIgnoreCase("false") ? null : "true or false";
            default -> null;
        };
    }

    private String rangeViolation(String value, long typeMin, long typeMax) {
        long lowest = min == null ? typeMin : min;
        long highest = max == null ? typeMax : max;
        try {
            long number = Long.parseLong(value);
            return number >= lowest && number <= highest ? null : allowed(highest != typeMax);
        } catch (NumberFormatException e) {
            return allowed(highest != typeMax);
        }
    }

    private String allowed(boolean hasMax) {
        return "a whole number without a unit"
                + (min == null ? "" : ", from " + min)
                + (hasMax && max != null ? (min == null ? ", up to " : " to ") + max : "");
    }
}
