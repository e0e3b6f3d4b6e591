package io.datahub.ui;

import io.datahub.api.validation.Validator;
import io.datahub.api.validation.ValidatorService;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;

/**
 * A validator that there is.
 *
 * @param name as refusals name it
 * @param version of its bundle
 * @param paths the patterns of what it judges
 * @param bundle the name of its bundle
 */
record ValidatorState(String name, String version, List<String> paths, String bundle)
        implements Comparable<ValidatorState> {

    private static final Comparator<ValidatorState> ORDER = Comparator.comparing(
                    (ValidatorState validator) -> validator.name)
            .thenComparing(validator -> validator.version, Comparator.reverseOrder());
    private static final String PID_PREFIX = "io.datahub.validator.";

    static ValidatorState of(ServiceReference<Validator> service) {
        return new ValidatorState(
                name(service),
                service.getBundle() == null
                        ? ""
                        : service.getBundle().getVersion().toString(),
                paths(service.getProperty(ValidatorService.PATHS)),
                service.getBundle() == null ? "" : service.getBundle().getSymbolicName());
    }

    private static String name(ServiceReference<Validator> service) {
        Object name = service.getProperty(ValidatorService.NAME);
        if (name != null) {
            return name.toString();
        }
        String pid = String.valueOf(service.getProperty(Constants.SERVICE_PID));
        return pid.startsWith(PID_PREFIX) ? pid.substring(PID_PREFIX.length()).replace('~', '-') : pid;
    }

    private static List<String> paths(Object paths) {
        if (paths instanceof String[] several) {
            return Arrays.asList(several);
        }
        if (paths instanceof Collection<?> many) {
            return many.stream().map(String::valueOf).toList();
        }
        return paths == null ? List.of() : List.of(paths.toString());
    }

    @Override
    public int compareTo(ValidatorState other) {
        return ORDER.compare(this, other);
    }
}
