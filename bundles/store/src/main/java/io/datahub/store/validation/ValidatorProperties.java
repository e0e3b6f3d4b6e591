package io.datahub.store.validation;

import io.datahub.api.validation.EventValidator;
import io.datahub.api.validation.PathPattern;
import io.datahub.api.validation.ValidatorService;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.List;

/** What a validator's properties say: of a service, or of the configuration that will become one. */
public final class ValidatorProperties {

    /** The PIDs of the hub's own kinds of validators begin so. */
    public static final String PID_PREFIX = "io.datahub.validator.";

    private static final String OPTIONAL = "optional";

    private ValidatorProperties() {}

    /** Its name: the property, else what its PID says after the common beginning. */
    public static String name(Object name, String pid) {
        if (name != null && !name.toString().isBlank()) {
            return name.toString().strip();
        }
        return (pid.startsWith(PID_PREFIX) ? pid.substring(PID_PREFIX.length()) : pid).replace('~', '-');
    }

    /** The patterns in a property: an array, a collection, or one text with commas. */
    public static List<PathPattern> patterns(Object paths) {
        List<PathPattern> found = new ArrayList<>();
        for (Object part : parts(paths)) {
            for (String text : part.toString().split(",", -1)) {
                if (!text.isBlank()) {
                    found.add(PathPattern.of(text.strip()));
                }
            }
        }
        return found;
    }

    /** Whether the property names topics, so that it needs no paths. */
    public static boolean judgesEvents(Object topics) {
        for (Object part : parts(topics)) {
            if (!part.toString().isBlank()) {
                return true;
            }
        }
        return false;
    }

    private static Iterable<?> parts(Object paths) {
        if (paths instanceof Object[] array) {
            return Arrays.asList(array);
        }
        return paths instanceof Iterable<?> items ? items : paths == null ? List.of() : List.of(paths);
    }

    /**
     * What a configuration of a validator requires: the validator for its paths, unless it says that it is optional. One
     * that names neither paths nor topics is required for all paths.
     */
    public static List<RequiredValidator> requirements(String pid, Dictionary<String, Object> properties) {
        if (Boolean.parseBoolean(String.valueOf(properties.get(OPTIONAL)))) {
            return List.of();
        }
        String name = name(properties.get(ValidatorService.NAME), pid);
        List<PathPattern> patterns = patterns(properties.get(ValidatorService.PATHS));
        if (patterns.isEmpty() && judgesEvents(properties.get(EventValidator.TOPICS))) {
            return List.of();
        }
        return (patterns.isEmpty() ? List.of(PathPattern.of("**")) : patterns)
                .stream().map(pattern -> new RequiredValidator(name, pattern)).toList();
    }
}
