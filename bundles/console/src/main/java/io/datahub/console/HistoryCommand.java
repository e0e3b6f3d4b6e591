package io.datahub.console;

import static io.datahub.console.shell.CommandException.require;

import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.history.EventHistory;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.User;
import io.datahub.console.shell.Table;
import java.time.Instant;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:history}. */
@Command(scope = "datahub", name = "history", description = "Shows file events and events of kept topics, oldest first")
@Service
public final class HistoryCommand extends DatahubCommand {

    private static final int MAX_BYTES = 64 << 20;

    @Argument(multiValued = true, description = "Beginnings of topics. Default: all topics")
    List<String> prefixes = List.of("");

    @Option(
            name = "--since",
            description = "Starts after this cursor; 0 starts with the oldest event. Default: the newest events")
    String since;

    @Option(name = "--limit", description = "Maximum number of events")
    int limit = 100;

    @Override
    public Object execute() {
        EventHistory history = service(EventHistory.class);
        int max = Math.max(1, limit);
        EventHistory.Page page = since == null
                ? history.newest(User.HUB, prefixes, max, MAX_BYTES)
                : require(history.read(User.HUB, require(Cursor.parse(since)), prefixes, max, MAX_BYTES));
        Table table = new Table("cursor", "time", "topic", "bytes", "user");
        for (EventRun run : page.events()) {
            EventReader event = new EventReader(run);
            event.next();
            table.row(
                    run.cursor().orElseThrow(),
                    Instant.ofEpochMilli(run.timeMillis()),
                    event.topic(),
                    event.payload().remaining(),
                    run.user());
        }
        print(table);
        return null;
    }
}
