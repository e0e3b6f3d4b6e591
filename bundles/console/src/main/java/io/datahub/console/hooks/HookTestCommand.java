package io.datahub.console.hooks;

import static io.datahub.console.shell.CommandException.require;

import io.datahub.api.cloudevent.CloudEventMessage;
import io.datahub.api.hook.Hooks;
import io.datahub.api.hook.Translation;
import io.datahub.console.DatahubCommand;
import io.datahub.console.shell.CommandException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:hook-test}. */
@Command(
        scope = "datahub",
        name = "hook-test",
        description = "Shows the events that a hook would make of a delivery, without publishing them")
@Service
public final class HookTestCommand extends DatahubCommand {

    @Option(
            name = "--header",
            multiValued = true,
            description = "A header of the delivery, such as \"X-GitHub-Event: workflow_run\"; can be repeated")
    List<String> headers = new ArrayList<>();

    @Argument(name = "name", description = "The name of the hook, as in /hooks/NAME", required = true)
    String name;

    @Argument(index = 1, name = "file", description = "A file on the hub's machine with the body", required = true)
    String file;

    @Override
    public Object execute() throws IOException {
        Map<String, String> named = new TreeMap<>();
        for (String header : headers) {
            int colon = header.indexOf(':');
            if (colon < 1) {
                throw new CommandException("a header has the form NAME: VALUE, and this is " + header);
            }
            named.put(
                    header.substring(0, colon).strip(),
                    header.substring(colon + 1).strip());
        }
        Translation translation = require(service(Hooks.class).test(name, named, Files.readAllBytes(Path.of(file))));
        List<String> events = translation.events().stream()
                .map(CloudEventMessage::json)
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .toList();
        if (json) {
            System.out.println(events.stream().collect(Collectors.joining(",", "[", "]")));
        } else if (events.isEmpty()) {
            System.out.println("no events: "
                    + translation.unknown().map(kind -> "unknown kind " + kind).orElse("nothing to report"));
        } else {
            events.forEach(System.out::println);
        }
        return null;
    }
}
