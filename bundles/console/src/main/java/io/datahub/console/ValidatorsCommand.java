package io.datahub.console;

import java.io.IOException;
import java.util.Dictionary;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.osgi.framework.BundleContext;
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

    private static final String CONFIGURED = "(service.factoryPid=io.datahub.validator.*)";

    @Override
    public Object execute() throws IOException, InvalidSyntaxException {
        Table table = new Table("name", "version", "state", "paths", "topics", "bundle");
        Set<String> there = new HashSet<>();
        for (KnownValidator one : KnownValidator.all(context, trial(context))) {
            there.add(one.name());
            table.row(
                    one.name(),
                    one.version(),
                    one.state(),
                    one.paths(),
                    one.topics(),
                    one.reference().getBundle().getSymbolicName());
        }
        Map<String, List<String>> away = expected();
        away.keySet().removeAll(there);
        away.forEach((name, paths) -> table.row(name, "", "away", paths, List.of(), ""));
        print(table);
        return null;
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
