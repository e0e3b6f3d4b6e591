package io.datahub.console;

import static io.datahub.console.shell.CommandException.require;

import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.User;
import io.datahub.console.shell.Table;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:changes}. */
@Command(scope = "datahub", name = "changes", description = "Shows the changes of records, oldest first")
@Service
public final class ChangesCommand extends DatahubCommand {

    @Option(
            name = "--since",
            description = "Starts after this cursor; 0 starts with the oldest entry. Default: the newest entries")
    String since;

    @Option(name = "--path", description = "Shows only paths with this prefix")
    @Completion(RecordPaths.class)
    String path = "";

    @Option(name = "--limit", description = "Maximum number of entries")
    int limit = 100;

    @Override
    public Object execute() {
        ChangeJournal journal = service(ChangeJournal.class);
        int max = Math.max(1, limit);
        ChangeJournal.Page page = since == null
                ? journal.newest(User.HUB, path, max)
                : require(journal.read(User.HUB, require(Cursor.parse(since)), path, max));
        Table table = new Table("cursor", "time", "change", "path", "size", "user");
        for (Change change : page.changes()) {
            table.row(
                    change.cursor(),
                    change.time(),
                    change.type().word(),
                    change.path(),
                    change.version().size(),
                    change.user().orElse(""));
        }
        print(table);
        return null;
    }
}
