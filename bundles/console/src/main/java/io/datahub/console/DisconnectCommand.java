package io.datahub.console;

import static io.datahub.console.shell.CommandException.require;

import io.datahub.api.event.EventBroker;
import io.datahub.api.event.SessionId;
import io.datahub.console.shell.CommandException;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:disconnect}. */
@Command(scope = "datahub", name = "disconnect", description = "Disconnects a client")
@Service
public final class DisconnectCommand extends DatahubCommand {

    @Argument(name = "id", description = "The session's ID, as shown by datahub:clients", required = true)
    @Completion(SessionNumbers.class)
    String id;

    @Override
    public Object execute() {
        if (!service(EventBroker.class).disconnect(require(SessionId.parse(id)))) {
            throw new CommandException("no session " + id + "; datahub:clients lists the sessions");
        }
        return null;
    }
}
