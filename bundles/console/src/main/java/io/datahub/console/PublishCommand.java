package io.datahub.console;

import io.datahub.api.Refusal;
import io.datahub.api.event.EventBroker;
import io.datahub.api.event.NoOpSink;
import io.datahub.api.event.Session;
import io.datahub.console.shell.CommandException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:publish}. */
@Command(scope = "datahub", name = "publish", description = "Publishes an event")
@Service
public final class PublishCommand extends DatahubCommand {

    @Argument(name = "topic", description = "The topic, such as build.done", required = true)
    String topic;

    @Argument(index = 1, name = "payload", description = "The payload as text; default: empty")
    String payload = "";

    @Override
    public Object execute() {
        try (Session session = service(EventBroker.class).open(CONSOLE, NoOpSink.INSTANCE)) {
            Optional<Refusal> refusal = session.publish(topic, payload.getBytes(StandardCharsets.UTF_8))
                    .refusal();
            if (refusal.isPresent()) {
                throw new CommandException(refusal.get().detail());
            }
        }
        return null;
    }
}
