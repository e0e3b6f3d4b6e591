package io.datahub.config;

import java.util.List;
import java.util.stream.Stream;

/**
 * One key of a configuration, as the metatype describes it.
 *
 * @param min the least value, or null
 * @param max the greatest value, or null
 * @param required whether it must be set, since it has no default
 * @param options the values that are allowed; empty where it isn't a choice
 */
record Attribute(String id, String type, Long min, Long max, boolean required, List<String> options) {

    Attribute {
        options = List.copyOf(options);
    }

    /** The same attribute with one more allowed value. */
    Attribute with(String option) {
        return new Attribute(
                id,
                type,
                min,
                max,
                required,
                Stream.concat(options.stream(), Stream.of(option)).toList());
    }

    /** Returns what is allowed where the value isn't, otherwise null. */
    String violation(String value) {
        if (!options.isEmpty() && !options.contains(value)) {
            return "one of " + String.join(", ", options);
        }
        return switch (type) {
            case "Integer" -> outside(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case "Long" -> outside(value, Long.MIN_VALUE, Long.MAX_VALUE);
            case "Boolean" ->
                value.equalsIgnoreCase("true") || value.equalsIgnoreCase("false") ? null : "true or false";
            default -> null;
        };
    }

    private String outside(String value, long least, long most) {
        long low = min == null ? least : min;
        long high = max == null ? most : max;
        try {
            long number = Long.parseLong(value);
            return number >= low && number <= high ? null : allowed(high != most);
        } catch (NumberFormatException e) {
            return allowed(high != most);
        }
    }

    private String allowed(boolean hasMost) {
        return "a whole number without a unit"
                + (min == null ? "" : ", from " + min)
                + (hasMost && max != null ? (min == null ? ", up to " : " to ") + max : "");
    }
}
