package io.datahub.console;

import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.console.shell.CommandException;
import io.datahub.console.shell.Table;
import java.util.Map;
import java.util.TreeMap;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** {@code datahub:status}. */
@Command(scope = "datahub", name = "status", description = "Shows the health of each component of the hub")
@Service
public final class StatusCommand extends DatahubCommand {

    @Option(
            name = "--attention",
            description = "Shows only the components that need action by an operator, one per line")
    boolean attention;

    @Override
    public Object execute() throws InvalidSyntaxException {
        Map<String, Health> checks = new TreeMap<>();
        for (ServiceReference<HealthCheck> reference : context.getServiceReferences(HealthCheck.class, null)) {
            HealthCheck check = context.getService(reference);
            if (check != null) {
                checks.put(String.valueOf(reference.getProperty(HealthCheck.NAME)), check.check());
            }
        }
        if (attention) {
            checks.forEach((name, health) -> {
                if (!health.ready() || health.degraded()) {
                    System.out.println((health.ready() ? "degraded: " : "down: ") + name + ": " + health.detail());
                }
            });
            return null;
        }
        Table table = new Table("component", "ready", "degraded", "detail").formerName("component", "part");
        checks.forEach((name, health) -> table.row(name, health.ready(), health.degraded(), health.detail()));
        print(table);
        if (!checks.values().stream().allMatch(Health::ready)) {
            throw new CommandException("a component isn't ready");
        }
        return null;
    }
}
