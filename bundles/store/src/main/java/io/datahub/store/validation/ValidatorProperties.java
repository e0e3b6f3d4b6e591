package io.datahub.store.validation;

import io.datahub.api.validation.EventValidator;
import io.datahub.api.validation.PathPattern;
import io.datahub.api.validation.ValidatorService;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.List;

/** Reads the properties of a validator: of its service, or of the configuration that will become one. */
public final class ValidatorProperties {

    /** Prefix of the PIDs of the hub's own validators. */
    public static final String PID_PREFIX = "io.datahub.validator.";

    private static final String OPTIONAL = "optional";

    private ValidatorProperties() {}

    /** The validator's name: the property, or else its PID without the common prefix. */
    public static String name(Object name, String pid) {
        if (name != null && !name.toString().isBlank()) {
            return name.toString().strip();
        }
        return (pid.startsWith(PID_PREFIX) ? pid.substring(PID_PREFIX.length()) : pid).replace('~', '-');
    }

    /** The path patterns in a property: an array, a collection, or one comma-separated string. */
    public static List<PathPattern> patterns(Object paths) {
        List<PathPattern> patterns = new ArrayList<>();
        for (Object value : values(paths)) {
            for (String text : value.toString().split(",", -1)) {
                if (!text.isBlank()) {
                    patterns.add(PathPattern.of(text.strip()));
                }
            }
        }
        return patterns;
    }

    /** Whether the property contains topics: a validator of events needs no paths. */
    public static boolean hasTopics(Object topics) {
        for (Object value : values(topics)) {
            if (!value.toString().isBlank()) {
                return true;
            }
        }
        return false;
    }

    private static Iterable<?> values(Object paths) {
        if (paths instanceof Object[] array) {
            return Arrays.asList(array);
        }
        return paths instanceof Iterable<?> items ? items : paths == null ? List.of() : List.of(paths);
    }

    /**
     * The requirements of a validator's configuration: the validator is required for its paths, unless it is
     * optional. One with neither paths nor topics is required for all paths.
     */
    public static List<RequiredValidator> requirements(String pid, Dictionary<String, Object> properties) {
        if (Boolean.parseBoolean(String.valueOf(properties.get(OPTIONAL)))) {
            return List.of();
        }
        String name = name(properties.get(ValidatorService.NAME), pid);
        List<PathPattern> patterns = patterns(properties.get(ValidatorService.PATHS));
        if (patterns.isEmpty() && hasTopics(properties.get(EventValidator.TOPICS))) {
            return List.of();
        }
        return (patterns.isEmpty() ? List.of(PathPattern.of("**")) : patterns)
                .stream().map(pattern -> new RequiredValidator(name, pattern)).toList();
    }
}
