package io.datahub.console;

import io.datahub.api.health.HealthCheck;
import java.io.IOException;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** {@code datahub:validators}. */
@Command(
        scope = "datahub",
        name = "validators",
        description = "Shows the validators that there are and what they judge, and those that should be there and are"
                + " away")
@Service
public final class ValidatorsCommand extends DatahubCommand {

    private static final String NOT_IN_FORCE = "nothing of it is in force";
    private static final String VALIDATOR_FILTER = "(service.factoryPid=io.datahub.validator.*)";

    /** The configuration file of each validator that has one, by the validator's name. */
    private final Map<String, String> configFiles = new TreeMap<>();

    @Override
    public Object execute() throws IOException, InvalidSyntaxException {
        Table table = new Table("name", "version", "state", "paths", "topics", "bundle", "reason");
        Set<String> registered = new HashSet<>();
        String problems = configurationHealth();
        for (KnownValidator one : KnownValidator.all(context, trialNames(context))) {
            registered.add(one.name());
            String pid = String.valueOf(one.reference().getProperty(Constants.SERVICE_PID));
            String reason = fatalProblems(pid.replace('~', '-') + ".cfg", problems);
            table.row(
                    one.name(),
                    one.version(),
                    reason.isEmpty() ? one.state() : "unavailable",
                    one.paths(),
                    one.topics(),
                    one.reference().getBundle().getSymbolicName(),
                    reason);
        }
        Map<String, List<String>> missing = expected();
        missing.keySet().removeAll(registered);
        missing.forEach((name, paths) -> table.row(
                name, "", "unavailable", paths, List.of(), "", reason(configFiles.getOrDefault(name, ""), problems)));
        print(table);
        return null;
    }

    /** Returns the problems of the configuration, as its health check reports them. */
    private String configurationHealth() throws InvalidSyntaxException {
        for (ServiceReference<HealthCheck> reference :
                context.getServiceReferences(HealthCheck.class, "(" + HealthCheck.NAME + "=configuration)")) {
            HealthCheck check = context.getService(reference);
            if (check != null) {
                return check.check().detail();
            }
        }
        return "";
    }

    /**
     * Returns the problems that prevent a configuration file from being applied at all; a validator with such a file is
     * registered, but can't be activated.
     */
    static String fatalProblems(String file, String problems) {
        return Arrays.stream(problems.split("; (?=etc/)"))
                .filter(problem -> problem.startsWith("etc/" + file) && problem.endsWith(NOT_IN_FORCE))
                .collect(Collectors.joining("; "));
    }

    /** Returns why a validator is unavailable: the problems of its configuration file, or else where to look. */
    static String reason(String file, String problems) {
        if (file.isEmpty()) {
            return "no bundle has it";
        }
        List<String> own = Arrays.stream(problems.split("; (?=etc/)"))
                .filter(problem -> problem.startsWith("etc/" + file))
                .toList();
        return own.isEmpty() ? "it can't be activated with etc/" + file + "; the log says why" : String.join("; ", own);
    }

    /** Returns the validators that are on trial, as {@code NAME/VERSION} or {@code NAME}. */
    static Set<String> trialNames(BundleContext context) throws IOException {
        Configuration[] found = configurations(context, "(service.pid=io.datahub.store)");
        return found.length == 0
                ? Set.of()
                : Set.copyOf(new HashSet<>(
                        KnownValidator.items(found[0].getProperties().get("trial"))));
    }

    /** Returns the validators that are configured or required, with their paths. */
    private Map<String, List<String>> expected() throws IOException {
        Map<String, List<String>> expected = new TreeMap<>();
        for (Configuration one : configurations(context, "(service.pid=io.datahub.store)")) {
            for (String item : KnownValidator.items(one.getProperties().get("require"))) {
                int colon = item.indexOf(':');
                if (colon > 0) {
                    expected.put(
                            item.substring(0, colon).strip(),
                            List.of(item.substring(colon + 1).strip()));
                }
            }
        }
        for (Configuration one : configurations(context, VALIDATOR_FILTER)) {
            Dictionary<String, Object> properties = one.getProperties();
            configFiles.put(
                    KnownValidator.nameOf(properties.get("name"), one.getPid()),
                    one.getPid().replace('~', '-') + ".cfg");
            expected.put(
                    KnownValidator.nameOf(properties.get("name"), one.getPid()),
                    KnownValidator.items(properties.get("paths")));
        }
        return expected;
    }

    private static Configuration[] configurations(BundleContext context, String filter) throws IOException {
        ServiceReference<ConfigurationAdmin> reference = context.getServiceReference(ConfigurationAdmin.class);
        ConfigurationAdmin admin = reference == null ? null : context.getService(reference);
        try {
            Configuration[] found = admin == null ? null : admin.listConfigurations(filter);
            return found == null ? new Configuration[0] : found;
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
