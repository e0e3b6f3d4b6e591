package io.datahub.ui;

import io.datahub.api.validation.EventValidator;
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
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;

/**
 * A registered validator.
 *
 * @param name the name used in refusals
 * @param version the version of its bundle
 * @param ranking the service ranking; with the service ID it determines the precedence between equal versions
 * @param service the service ID
 * @param paths the patterns of the paths that it validates
 * @param topics the prefixes of the topics that it validates
 * @param bundle the name of its bundle
 */
record ValidatorState(
        String name,
        Version version,
        int ranking,
        long service,
        List<String> paths,
        List<String> topics,
        String bundle) {

    /** Orders by name and precedence: the active validator is the first one of its name. */
    private static final Comparator<ValidatorState> ORDER = Comparator.comparing((ValidatorState one) -> one.name)
            .thenComparing(ValidatorState::version, Comparator.reverseOrder())
            .thenComparing(ValidatorState::ranking, Comparator.reverseOrder())
            .thenComparing(ValidatorState::service);

    private static final Pattern COMMA = Pattern.compile(",");
    private static final String PID_PREFIX = "io.datahub.validator.";

    /** A validator and its state: {@code active}, {@code shadowed} by another of its name, or on {@code trial}. */
    record Ranked(ValidatorState validator, String state) {}

    /**
     * Returns all validators, ordered by name and precedence.
     *
     * @param trial validators that are on trial, each as {@code NAME/VERSION}, or {@code NAME} for any version
     */
    static List<Ranked> ranked(Collection<ValidatorState> validators, Set<String> trial) {
        List<Ranked> ranked = new ArrayList<>();
        Set<String> active = new HashSet<>();
        for (ValidatorState one : validators.stream().sorted(ORDER).toList()) {
            boolean isOnTrial = trial.contains(one.name) || trial.contains(one.name + "/" + one.version);
            ranked.add(new Ranked(one, isOnTrial ? "trial" : active.add(one.name) ? "active" : "shadowed"));
        }
        return ranked;
    }

    static ValidatorState of(ServiceReference<Validator> service) {
        boolean isGone = service.getBundle() == null;
        return new ValidatorState(
                name(service),
                isGone ? Version.emptyVersion : service.getBundle().getVersion(),
                service.getProperty(Constants.SERVICE_RANKING) instanceof Integer ranking ? ranking : 0,
                service.getProperty(Constants.SERVICE_ID) instanceof Long id ? id : 0,
                items(service.getProperty(ValidatorService.PATHS)),
                items(service.getProperty(EventValidator.TOPICS)),
                isGone ? "" : service.getBundle().getSymbolicName());
    }

    private static String name(ServiceReference<Validator> service) {
        Object name = service.getProperty(ValidatorService.NAME);
        if (name != null && !name.toString().isBlank()) {
            return name.toString().strip();
        }
        String pid = String.valueOf(service.getProperty(Constants.SERVICE_PID));
        return (pid.startsWith(PID_PREFIX) ? pid.substring(PID_PREFIX.length()) : pid).replace('~', '-');
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
}
