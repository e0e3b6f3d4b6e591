package io.datahub.console;

import io.datahub.api.record.RecordStore;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import io.datahub.console.shell.CommandException;
import io.datahub.console.shell.HubServices;
import io.datahub.console.shell.Table;
import java.net.InetAddress;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.osgi.framework.BundleContext;

/** Base class of the commands: gives access to the hub's services, and prints the result as a table or as JSON. */
public abstract class DatahubCommand implements Action {

    /** A user with access to the console may do everything, so commands run as the hub itself. */
    static final Login CONSOLE = new Login(
            User.HUB,
            "console",
            Optional.empty(),
            Optional.empty(),
            new Origin("console", InetAddress.getLoopbackAddress(), true));

    @Reference
    BundleContext context;

    @Option(name = "--json", description = "Prints JSON for scripts")
    protected boolean json;

    /**
     * Finds a service of the hub.
     *
     * @throws CommandException if it is unavailable
     */
    protected <T> T service(Class<T> type) {
        return HubServices.find(context, type)
                .orElseThrow(() -> new CommandException(type.getSimpleName()
                        + " is unavailable; run datahub:status and bundle:list to see which component is down"));
    }

    /**
     * Finds a service of a store that keeps its records on the hub's disk.
     *
     * @param consequence what the user can or can't do if this hub has another store
     * @throws CommandException if it is unavailable
     */
    <T> T diskService(Class<T> type, String consequence) {
        service(RecordStore.class); // the store is running, so a service that is missing isn't just late
        return HubServices.find(context, type)
                .orElseThrow(() ->
                        new CommandException("this hub doesn't keep its records on its own disk; " + consequence));
    }

    /** Prints a table, as JSON if the user asked for that. */
    protected void print(Table table) {
        if (json) {
            System.out.println(table.toJson());
        } else {
            table.print(System.out);
        }
    }
}
