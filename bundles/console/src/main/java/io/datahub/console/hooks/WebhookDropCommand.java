package io.datahub.console.hooks;

import io.datahub.api.Result;
import io.datahub.api.hook.Webhooks;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:webhook-drop}. */
@Command(
        scope = "datahub",
        name = "webhook-drop",
        description = "Removes dead letters of a webhook, which are then never sent")
@Service
public final class WebhookDropCommand extends DeadLetterCommand {

    public WebhookDropCommand() {
        super("dropped", "dropped");
    }

    @Override
    Result<Integer> apply(Webhooks webhooks, String webhook, Optional<String> letter) {
        return webhooks.drop(webhook, letter);
    }
}
