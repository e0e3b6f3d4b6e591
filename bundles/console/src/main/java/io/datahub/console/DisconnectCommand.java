package io.datahub.console;

import io.datahub.api.event.EventBroker;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:disconnect}. */
@Command(scope = "datahub", name = "disconnect", description = "Ends a client's session")
@Service
public final class DisconnectCommand extends DatahubCommand {

    @Argument(name = "id", description = "The session's number, as datahub:clients shows it", required = true)
    @Completion(SessionNumbers.class)
    long id;

    @Override
    public Object execute() {
        if (!service(EventBroker.class).disconnect(id)) {
            throw new CommandException("there is no session " + id + "; datahub:clients shows those that there are");
        }
        return null;
    }
}
