package io.datahub.cli.event;

import io.datahub.cli.context.CommonOptions;
import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Json;
import io.datahub.cli.hub.Hub;
import io.datahub.cli.hub.Journal;
import io.datahub.cli.hub.Paths;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code datahub history}: prints events that were kept. */
@Command(name = "history", description = "Print events of kept topics and file events, oldest first.")
public final class HistoryCommand implements Callable<Integer> {

    @Mixin
    private CommonOptions common;

    @Option(
            names = "--since",
            paramLabel = "CURSOR",
            defaultValue = "0",
            description = "After this cursor. Default: all that is kept.")
    private String since;

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            description = "At most N events.")
    private Integer limit;

    @Option(
            names = "--text",
            paramLabel = "TEXT",
            description = "Only events whose topic, user or payload contains TEXT, in any case.")
    private String text;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "Only events from TIME on, such as 2026-01-31T12:00:00Z.")
    private String from;

    @Option(names = "--to", paramLabel = "TIME", description = "Only events before TIME.")
    private String to;

    @Parameters(
            arity = "0..*",
            paramLabel = "PREFIX",
            description = "What topics begin with. Default: everything that you may receive.")
    private List<String> prefixes = List.of();

    @Override
    public Integer call() {
        Hub hub = common.hub();
        Journal journal = new Journal(hub);
        EventPrinter printer = new EventPrinter(common.output());
        String wanted =
                prefixes.stream().map(prefix -> parameter("topic", prefix)).collect(Collectors.joining())
                        + parameter("text", text)
                        + parameter("from", from)
                        + parameter("to", to);
        String cursor = since;
        for (int left = limit == null ? Integer.MAX_VALUE : Failure.atLeast(1, "--limit", limit); left > 0; ) {
            Optional<Journal.Page> page =
                    journal.page("/events/history?" + wanted + "since=" + Paths.encodeValue(cursor), 0);
            if (page.isEmpty()) {
                throw new Failure(
                        Failure.FAILED,
                        410,
                        "events after " + cursor + " are no longer kept; --since 0 begins with the oldest");
            }
            for (Map<String, Object> event : page.get().lines()) {
                if (left-- > 0) {
                    printer.print(event, Json.string(event, "cursor"));
                }
            }
            String next = page.get().cursor();
            if (next.isEmpty() || next.equals(cursor)) {
                break; // a search may find nothing in a page and more in the next one
            }
            cursor = next;
        }
        return 0;
    }

    private static String parameter(String name, String value) {
        return value == null ? "" : name + "=" + Paths.encodeValue(value) + "&";
    }
}
