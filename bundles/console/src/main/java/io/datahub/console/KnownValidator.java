package io.datahub.console;

import io.datahub.api.record.RecordPath;
import io.datahub.api.validation.EventValidator;
import io.datahub.api.validation.PathPattern;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.ValidatorService;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * A validator that is registered as a service, with its properties.
 *
 * @param state {@code active} if it validates, {@code shadowed} if a newer version validates in its place, {@code
 *     trial} if it doesn't validate yet
 * @param paths the patterns of the paths that it validates
 * @param topics the prefixes of the topics that it validates
 */
record KnownValidator(
        ServiceReference<Validator> reference,
        String name,
        String version,
        String state,
        List<String> paths,
        List<String> topics) {

    private static final Pattern COMMA = Pattern.compile(",");
    private static final String PID_PREFIX = "io.datahub.validator.";
    private static final long DEFAULT_MILLIS = 10_000;

    /**
     * Returns all registered validators, sorted by name and, within a name, by descending version.
     *
     * @param trial validators that are on trial, as {@code NAME/VERSION} or {@code NAME}
     */
    static List<KnownValidator> all(BundleContext context, Set<String> trial) {
        List<ServiceReference<Validator>> references = new ArrayList<>(references(context));
        references.sort(Comparator.<ServiceReference<Validator>, String>comparing(KnownValidator::nameOf)
                .thenComparing(reference -> reference.getBundle().getVersion(), Comparator.reverseOrder())
                .thenComparing(Comparator.reverseOrder()));
        List<KnownValidator> all = new ArrayList<>();
        Set<String> active = new HashSet<>();
        for (ServiceReference<Validator> reference : references) {
            String name = nameOf(reference);
            String version = reference.getBundle().getVersion().toString();
            boolean isOnTrial = trial.contains(name) || trial.contains(name + "/" + version);
            String state = isOnTrial ? "trial" : active.add(name) ? "active" : "shadowed";
            all.add(new KnownValidator(
                    reference,
                    name,
                    version,
                    state,
                    items(reference.getProperty(ValidatorService.PATHS)),
                    items(reference.getProperty(EventValidator.TOPICS))));
        }
        return all;
    }

    private static Collection<ServiceReference<Validator>> references(BundleContext context) {
        try {
            return context.getServiceReferences(Validator.class, null);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("no filter was given", e);
        }
    }

    private static String nameOf(ServiceReference<Validator> reference) {
        return nameOf(reference.getProperty(ValidatorService.NAME), reference.getProperty(Constants.SERVICE_PID));
    }

    /** Returns the name of a validator: its name property, or else derived from its PID. */
    static String nameOf(Object name, Object pid) {
        if (name != null && !name.toString().isBlank()) {
            return name.toString().strip();
        }
        String text = String.valueOf(pid);
        return (text.startsWith(PID_PREFIX) ? text.substring(PID_PREFIX.length()) : text).replace('~', '-');
    }

    /** Returns the items of a property: an array, a collection, or a comma-separated string. */
    static List<String> items(Object property) {
        Collection<?> values = property instanceof Object[] array
                ? Arrays.asList(array)
                : property instanceof Collection<?> collection
                        ? collection
                        : property == null ? List.of() : List.of(property);
        return values.stream()
                .flatMap(value -> COMMA.splitAsStream(value.toString()))
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .toList();
    }

    /** Whether it is the validator with this name, or {@code NAME/VERSION}. */
    boolean matches(String nameOrVersion) {
        return nameOrVersion.equals(name) || nameOrVersion.equals(name + "/" + version);
    }

    boolean covers(RecordPath path) {
        return paths.stream().anyMatch(pattern -> PathPattern.of(pattern).matches(path));
    }

    /** The time limit of one validation, in milliseconds. */
    long timeoutMillis() {
        Object value = reference.getProperty(ValidatorService.TIMEOUT_MILLIS);
        return value == null ? DEFAULT_MILLIS : Long.parseLong(value.toString().strip());
    }
}
