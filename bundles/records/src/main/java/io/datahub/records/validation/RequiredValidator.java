package io.datahub.records.validation;

import io.datahub.api.path.RecordPath;
import io.datahub.api.validation.EventValidator;
import io.datahub.api.validation.PathPattern;
import io.datahub.api.validation.ValidatorProperties;
import io.datahub.api.validation.ValidatorService;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A validator without which a record isn't accepted.
 *
 * @param name the validator's name
 * @param pattern the paths for which it is required
 */
public record RequiredValidator(String name, PathPattern pattern) {

    /** The users file is never accepted without validation. */
    public static final RequiredValidator USERS = new RequiredValidator("users", PathPattern.of("broker_users.xml"));

    /** The key by which a configured validator isn't required. */
    static final String OPTIONAL = "optional";

    private static final Pattern SEPARATORS = Pattern.compile("[,\n]");

    /**
     * Parses {@code NAME: PATTERN} items separated by commas or line ends.
     *
     * @throws IllegalArgumentException if an item has another form
     */
    public static List<RequiredValidator> parse(String text) {
        List<RequiredValidator> required = new ArrayList<>();
        for (String item : SEPARATORS.split(text, -1)) {
            if (!item.isBlank()) {
                int colon = item.indexOf(':');
                if (colon < 0
                        || item.substring(0, colon).isBlank()
                        || item.substring(colon + 1).isBlank()) {
                    throw new IllegalArgumentException(
                            "require has \"" + item.strip() + "\"; each item is NAME: PATTERN, such as xsd: orders/**");
                }
                required.add(new RequiredValidator(
                        item.substring(0, colon).strip(),
                        PathPattern.of(item.substring(colon + 1).strip())));
            }
        }
        return required;
    }

    /** Whether the value of {@link #OPTIONAL} says so. */
    static boolean isOptional(Object value) {
        return Boolean.parseBoolean(String.valueOf(value));
    }

    /**
     * The requirements of a validator's configuration: the validator is required for its paths, unless it is
     * optional. One with neither paths nor topics is required for all paths.
     */
    public static List<RequiredValidator> ofConfiguration(String pid, Dictionary<String, Object> properties) {
        if (isOptional(properties.get(OPTIONAL))) {
            return List.of();
        }
        String name = ValidatorProperties.name(properties.get(ValidatorService.NAME), pid);
        List<PathPattern> patterns = ValidatorProperties.patterns(properties.get(ValidatorService.PATHS));
        if (patterns.isEmpty()
                && !ValidatorProperties.list(properties.get(EventValidator.TOPICS))
                        .isEmpty()) {
            return List.of();
        }
        return (patterns.isEmpty() ? List.of(PathPattern.of("**")) : patterns)
                .stream().map(pattern -> new RequiredValidator(name, pattern)).toList();
    }

    boolean appliesTo(RecordPath path) {
        return pattern.matches(path);
    }

    /** The form that {@link #parse} reads. */
    @Override
    public String toString() {
        return name + ": " + pattern;
    }
}
