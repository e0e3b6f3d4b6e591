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

    private static final String NOTHING = "nothing of it is in force";
    private static final String CONFIGURED = "(service.factoryPid=io.datahub.validator.*)";

    /** The configuration file of each validator that has one, by its name. */
    private final Map<String, String> files = new TreeMap<>();

    @Override
    public Object execute() throws IOException, InvalidSyntaxException {
        Table table = new Table("name", "version", "state", "paths", "topics", "bundle", "reason");
        Set<String> there = new HashSet<>();
        String wrong = configurationHealth();
        for (KnownValidator one : KnownValidator.all(context, trial(context))) {
            there.add(one.name());
            String pid = String.valueOf(one.reference().getProperty(Constants.SERVICE_PID));
            String reason = refusals(pid.replace('~', '-') + ".cfg", wrong);
            table.row(
                    one.name(),
                    one.version(),
                    reason.isEmpty() ? one.state() : "unavailable",
                    one.paths(),
                    one.topics(),
                    one.reference().getBundle().getSymbolicName(),
                    reason);
        }
        Map<String, List<String>> away = expected();
        away.keySet().removeAll(there);
        away.forEach((name, paths) ->
                table.row(name, "", "unavailable", paths, List.of(), "", reason(files.getOrDefault(name, ""), wrong)));
        print(table);
        return null;
    }

    /** What is wrong with the configuration, as the hub's health tells it. */
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

    /** What keeps a file from being in force at all; a validator with such a file is registered, but can't be had. */
    static String refusals(String file, String wrong) {
        return Arrays.stream(wrong.split("; (?=etc/)"))
                .filter(problem -> problem.startsWith("etc/" + file) && problem.endsWith(NOTHING))
                .collect(Collectors.joining("; "));
    }

    /** Why a validator is unavailable: what is wrong with its file, or else where to look. */
    static String reason(String file, String wrong) {
        if (file.isEmpty()) {
            return "no bundle has it";
        }
        List<String> own = Arrays.stream(wrong.split("; (?=etc/)"))
                .filter(problem -> problem.startsWith("etc/" + file))
                .toList();
        return own.isEmpty() ? "it can't be activated with etc/" + file + "; the log says why" : String.join("; ", own);
    }

    /** The validators that don't judge yet, as {@code NAME/VERSION}. */
    static Set<String> trial(BundleContext context) throws IOException {
        Configuration[] found = configurations(context, "(service.pid=io.datahub.store)");
        return found.length == 0
                ? Set.of()
                : Set.copyOf(new HashSet<>(
                        KnownValidator.items(found[0].getProperties().get("trial"))));
    }

    /** The validators that are configured or required, with their paths. */
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
        for (Configuration one : configurations(context, CONFIGURED)) {
            Dictionary<String, Object> properties = one.getProperties();
            files.put(
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
