package io.datahub.api.validation;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;

/** Reads the properties of a validator: of its service, or of the configuration that its service has them from. */
public final class ValidatorProperties {

    /** Prefix of the PIDs of the hub's own validators. */
    public static final String PID_PREFIX = "io.datahub.validator.";

    private static final long DEFAULT_TIMEOUT_MILLIS = 10_000;
    private static final Pattern MILLIS = Pattern.compile("[1-9][0-9]{0,8}");
    private static final Pattern COMMA = Pattern.compile(",");

    private ValidatorProperties() {}

    /**
     * The name of a registered validator.
     *
     * @param service the reference to a service
     * @return the name
     */
    public static String name(ServiceReference<?> service) {
        return name(service.getProperty(ValidatorService.NAME), service.getProperty(Constants.SERVICE_PID));
    }

    /**
     * The validator's name: the property, or else its PID without the common prefix.
     *
     * @param name the property {@link ValidatorService#NAME}; may be null
     * @param pid the PID of its configuration; may be null
     * @return the name
     */
    public static String name(Object name, Object pid) {
        if (name != null && !name.toString().isBlank()) {
            return name.toString().strip();
        }
        String text = String.valueOf(pid);
        return (text.startsWith(PID_PREFIX) ? text.substring(PID_PREFIX.length()) : text).replace('~', '-');
    }

    /**
     * The values of a property, stripped and without empty ones.
     *
     * @param property an array, a collection, or one comma-separated text; may be null
     * @return the values
     */
    public static List<String> list(Object property) {
        Collection<?> values = property instanceof Object[] array
                ? Arrays.asList(array)
                : property instanceof Collection<?> collection
                        ? collection
                        : property == null ? List.of() : List.of(property);
        return values.stream()
                .flatMap(value -> COMMA.splitAsStream(value.toString()))
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .toList();
    }

    /**
     * The path patterns in a property.
     *
     * @param property as for {@link #list}
     * @return the patterns
     * @throws IllegalArgumentException if one of them is longer than {@link WildcardPattern#MAX_LENGTH}
     */
    public static List<PathPattern> patterns(Object property) {
        return list(property).stream().map(PathPattern::of).toList();
    }

    /**
     * The time limit of one validation by a registered validator.
     *
     * @param service the reference to a service
     * @return the time limit
     */
    public static Duration timeLimit(ServiceReference<?> service) {
        Object millis = service.getProperty(ValidatorService.TIMEOUT_MILLIS);
        return Duration.ofMillis(
                millis == null
                        ? DEFAULT_TIMEOUT_MILLIS
                        : Long.parseLong(millis.toString().strip()));
    }

    /**
     * The time limit of the validation of one event by a registered validator.
     *
     * @param service the validator, with {@link EventValidator#TIMEOUT_MILLIS}
     * @return the limit; a refusal ({@link Reason#BAD_REQUEST}) if the property isn't a number within its range
     */
    public static Result<Duration> eventTimeLimit(ServiceReference<?> service) {
        Object property = service.getProperty(EventValidator.TIMEOUT_MILLIS);
        if (property == null) {
            return Result.done(Duration.ofMillis(EventValidator.DEFAULT_TIMEOUT_MILLIS));
        }
        String text = property.toString().strip();
        return MILLIS.matcher(text).matches() && Long.parseLong(text) <= EventValidator.MAX_TIMEOUT_MILLIS
                ? Result.done(Duration.ofMillis(Long.parseLong(text)))
                : Result.refused(
                        Reason.BAD_REQUEST,
                        "timeoutMillis of the event validator " + name(service) + " is " + text
                                + "; it must be a number from 1 to " + EventValidator.MAX_TIMEOUT_MILLIS);
    }
}
