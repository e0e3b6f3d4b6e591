package io.datahub.console.hooks;

import static io.datahub.console.shell.CommandException.require;

import io.datahub.api.hook.Webhooks;
import io.datahub.api.hook.Webhooks.DeadLetter;
import io.datahub.api.hook.Webhooks.WebhookStatus;
import io.datahub.console.DatahubCommand;
import io.datahub.console.shell.Table;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:webhooks}. */
@Command(
        scope = "datahub",
        name = "webhooks",
        description = "Shows the webhooks that send events to other systems; with a name, the dead letters of that one")
@Service
public final class WebhooksCommand extends DatahubCommand {

    @Argument(name = "name", description = "The name of a webhook whose dead letters to show")
    String name;

    @Override
    public Object execute() {
        Webhooks webhooks = service(Webhooks.class);
        if (name != null) {
            Table letters = new Table("id", "topic", "time", "reason");
            for (DeadLetter letter : require(webhooks.deadLetters(name))) {
                letters.row(letter.id(), letter.topic(), letter.time(), letter.reason());
            }
            print(letters);
            return null;
        }
        Table table = new Table("name", "kind", "host", "state", "delivered", "dropped", "deadLetters", "problem");
        for (WebhookStatus webhook : webhooks.webhooks()) {
            table.row(
                    webhook.name(),
                    webhook.kind(),
                    webhook.host(),
                    webhook.state(),
                    webhook.delivered(),
                    webhook.dropped(),
                    webhook.deadLetters(),
                    webhook.problem());
        }
        print(table);
        return null;
    }
}
