package io.datahub.console;

import io.datahub.api.event.EventBroker;
import io.datahub.api.event.Session;
import io.datahub.console.shell.CommandException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:tail}. */
@Command(scope = "datahub", name = "tail", description = "Shows events as they arrive, until Ctrl-C")
@Service
public final class TailCommand extends DatahubCommand {

    private static final List<String> REFUSALS = List.of("hub.refused", "file.rejected/");

    @Argument(name = "prefixes", description = "Prefixes of topics; default: all topics", multiValued = true)
    List<String> prefixes = List.of("");

    @Option(
            name = "--refused",
            description =
                    "Shows rejections instead: events refused to publishers, and changes on disk that were undone")
    boolean refused;

    @Option(name = "--count", description = "Stops after this many events")
    long count = Long.MAX_VALUE;

    @Reference
    org.apache.karaf.shell.api.console.Session shell;

    @Override
    public Object execute() {
        if (refused && !prefixes.equals(List.of(""))) {
            throw new CommandException("--refused shows all rejections and takes no prefixes");
        }
        SessionEventPrinter printer = new SessionEventPrinter(System.out, shell.getConsole(), json, count);
        try (Session session = service(EventBroker.class).open(CONSOLE, printer)) {
            (refused ? REFUSALS : prefixes)
                    .forEach(prefix -> session.subscribe(prefix.getBytes(StandardCharsets.UTF_8)));
            printer.print(session);
        } catch (InterruptedException e) {
            // Ctrl-C is the intended way to end the command
            Thread.currentThread().interrupt();
        }
        return null;
    }
}
