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
 * A validator that is registered as a service, with what its properties say.
 *
 * @param state {@code active} if it judges, {@code shadowed} if a newer one does in its place, {@code trial} if it doesn't
 *     judge yet
 * @param paths the patterns of the paths that it judges
 * @param topics the beginnings of the topics that it judges
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
     * All there are, those of one name one after the other, the newest first.
     *
     * @param trial who doesn't judge yet, as {@code NAME/VERSION} or {@code NAME}
     */
    static List<KnownValidator> all(BundleContext context, Set<String> trial) {
        List<ServiceReference<Validator>> references = new ArrayList<>(references(context));
        references.sort(Comparator.<ServiceReference<Validator>, String>comparing(KnownValidator::nameOf)
                .thenComparing(reference -> reference.getBundle().getVersion(), Comparator.reverseOrder())
                .thenComparing(Comparator.reverseOrder()));
        List<KnownValidator> all = new ArrayList<>();
        Set<String> judging = new HashSet<>();
        for (ServiceReference<Validator> reference : references) {
            String name = nameOf(reference);
            String version = reference.getBundle().getVersion().toString();
            boolean tried = trial.contains(name) || trial.contains(name + "/" + version);
            String state = tried ? "trial" : judging.add(name) ? "active" : "shadowed";
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

    /** The name that a validator has by its property, or else by its PID. */
    static String nameOf(Object name, Object pid) {
        if (name != null && !name.toString().isBlank()) {
            return name.toString().strip();
        }
        String text = String.valueOf(pid);
        return (text.startsWith(PID_PREFIX) ? text.substring(PID_PREFIX.length()) : text).replace('~', '-');
    }

    /** The items of a property: an array, a collection, or one text with commas. */
    static List<String> items(Object property) {
        Collection<?> parts = property instanceof Object[] array
                ? Arrays.asList(array)
                : property instanceof Collection<?> many ? many : property == null ? List.of() : List.of(property);
        return parts.stream()
                .flatMap(part -> COMMA.splitAsStream(part.toString()))
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .toList();
    }

    /** Whether it is the one that is meant: by its name, or by {@code NAME/VERSION}. */
    boolean isCalled(String title) {
        return title.equals(name) || title.equals(name + "/" + version);
    }

    boolean judges(RecordPath path) {
        return paths.stream().anyMatch(pattern -> PathPattern.of(pattern).matches(path));
    }

    /** How long one judgement may take, in milliseconds. */
    long timeoutMillis() {
        Object value = reference.getProperty(ValidatorService.TIMEOUT_MILLIS);
        return value == null ? DEFAULT_MILLIS : Long.parseLong(value.toString().strip());
    }
}
