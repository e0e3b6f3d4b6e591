package io.datahub.console;

import io.datahub.api.validation.Validator;
import io.datahub.api.validation.ValidatorService;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** {@code datahub:validators}. */
@Command(
        scope = "datahub",
        name = "validators",
        description = "Shows the validators that there are and what they judge")
@Service
public final class ValidatorsCommand extends DatahubCommand {

    private static final Pattern COMMA = Pattern.compile(",");
    private static final String PID_PREFIX = "io.datahub.validator.";

    @Override
    public Object execute() throws InvalidSyntaxException {
        Table table = new Table("name", "version", "state", "paths", "bundle");
        Set<String> judging = new HashSet<>();
        context.getServiceReferences(Validator.class, null).stream()
                .sorted(Comparator.<ServiceReference<Validator>, String>comparing(ValidatorsCommand::nameOf)
                        .thenComparing(reference -> reference.getBundle().getVersion(), Comparator.reverseOrder())
                        .thenComparing(Comparator.reverseOrder()))
                .forEach(reference -> table.row(
                        nameOf(reference),
                        reference.getBundle().getVersion(),
                        judging.add(nameOf(reference)) ? "active" : "shadowed",
                        pathsOf(reference),
                        reference.getBundle().getSymbolicName()));
        print(table);
        return null;
    }

    private static String nameOf(ServiceReference<Validator> reference) {
        Object name = reference.getProperty(ValidatorService.NAME);
        String pid = String.valueOf(reference.getProperty(Constants.SERVICE_PID));
        return name != null
                ? name.toString()
                : pid.startsWith(PID_PREFIX)
                        ? pid.substring(PID_PREFIX.length()).replace('~', '-')
                        : pid;
    }

    private static List<String> pathsOf(ServiceReference<Validator> reference) {
        Object paths = reference.getProperty(ValidatorService.PATHS);
        if (paths instanceof String[] several) {
            return Arrays.asList(several);
        }
        if (paths instanceof Collection<?> many) {
            return many.stream().map(String::valueOf).toList();
        }
        return paths == null
                ? List.of()
                : Arrays.stream(COMMA.split(paths.toString()))
                        .map(String::strip)
                        .toList();
    }
}
