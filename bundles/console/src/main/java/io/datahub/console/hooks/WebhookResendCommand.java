package io.datahub.console.hooks;

import static io.datahub.console.shell.CommandException.require;

import io.datahub.api.hook.Webhooks;
import io.datahub.console.DatahubCommand;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:webhook-resend}. */
@Command(
        scope = "datahub",
        name = "webhook-resend",
        description = "Sends the dead letters of a webhook again, and resumes one that its target has ended")
@Service
public final class WebhookResendCommand extends DatahubCommand {

    @Argument(name = "name", description = "The name of the webhook", required = true)
    String name;

    @Argument(index = 1, name = "id", description = "The ID of a dead letter; default: all of them")
    String id;

    @Override
    public Object execute() {
        int count = require(service(Webhooks.class).resend(name, Optional.ofNullable(id)));
        System.out.println(json ? "{\"resent\":" + count + "}" : count + " sent again");
        return null;
    }
}
