package io.datahub.console.hooks;

import io.datahub.api.Result;
import io.datahub.api.hook.Webhooks;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:webhook-resend}. */
@Command(
        scope = "datahub",
        name = "webhook-resend",
        description = "Sends the dead letters of a webhook again, and resumes one that its target has ended")
@Service
public final class WebhookResendCommand extends DeadLetterCommand {

    public WebhookResendCommand() {
        super("resent", "sent again");
    }

    @Override
    Result<Integer> apply(Webhooks webhooks, String webhook, Optional<String> letter) {
        return webhooks.resend(webhook, letter);
    }
}
