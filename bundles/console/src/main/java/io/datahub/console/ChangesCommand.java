package io.datahub.console;

import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.User;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:changes}. */
@Command(scope = "datahub", name = "changes", description = "Shows what happened to records, oldest first")
@Service
public final class ChangesCommand extends DatahubCommand {

    @Option(name = "--since", description = "Begins after this cursor; 0 is the oldest entry")
    String since = "0";

    @Option(name = "--path", description = "Shows only paths with this prefix")
    @Completion(RecordPaths.class)
    String path = "";

    @Option(name = "--limit", description = "Shows this many entries at most")
    int limit = 100;

    @Override
    public Object execute() {
        Cursor from = done(Cursor.parse(since));
        ChangeJournal.Page page = done(service(ChangeJournal.class).read(User.HUB, from, path, Math.max(1, limit)));
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
