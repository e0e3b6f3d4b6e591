package io.datahub.console;

import io.datahub.api.Refusal;
import io.datahub.api.event.EventBroker;
import io.datahub.api.event.NoOpSink;
import io.datahub.api.event.Published;
import io.datahub.api.event.Session;
import io.datahub.console.shell.CommandException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
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
    public Object execute() throws InterruptedException {
        try (Session session = service(EventBroker.class).open(CONSOLE, NoOpSink.INSTANCE)) {
            CountDownLatch completed = new CountDownLatch(1);
            Published published =
                    session.publish(completed::countDown, topic, payload.getBytes(StandardCharsets.UTF_8));
            if (published == Published.PENDING) {
                completed.await();
                published = session.completed();
                session.flush();
            }
            Optional<Refusal> refusal = session.refusal(published);
            if (refusal.isPresent()) {
                throw new CommandException(refusal.get().detail());
            }
        }
        return null;
    }
}
