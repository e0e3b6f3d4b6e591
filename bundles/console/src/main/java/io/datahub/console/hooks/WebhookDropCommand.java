package io.datahub.console.hooks;

import static io.datahub.console.shell.CommandException.require;

import io.datahub.api.hook.Webhooks;
import io.datahub.console.DatahubCommand;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:webhook-drop}. */
@Command(
        scope = "datahub",
        name = "webhook-drop",
        description = "Removes dead letters of a webhook, which are then never sent")
@Service
public final class WebhookDropCommand extends DatahubCommand {

    @Argument(name = "name", description = "The name of the webhook", required = true)
    String name;

    @Argument(index = 1, name = "id", description = "The ID of a dead letter; default: all of them")
    String id;

    @Override
    public Object execute() {
        int count = require(service(Webhooks.class).drop(name, Optional.ofNullable(id)));
        System.out.println(json ? "{\"dropped\":" + count + "}" : count + " dropped");
        return null;
    }
}
