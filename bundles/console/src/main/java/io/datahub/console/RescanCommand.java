package io.datahub.console;

import static io.datahub.console.shell.CommandException.require;

import io.datahub.api.disk.DiskRecords;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.User;
import io.datahub.console.shell.Table;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:rescan}. */
@Command(
        scope = "datahub",
        name = "rescan",
        description = "Compares the files on disk with the index now, and publishes the differences")
@Service
public final class RescanCommand extends DatahubCommand {

    private static final int PAGE = 1_000;
    private static final Duration QUIET = Duration.ofMillis(500);

    /** How often files that have just changed are looked at again, each time after the quiet period. */
    private static final int REPEATS = 4;

    @Argument(name = "path", description = "A record or directory; default: all")
    @Completion(RecordPaths.class)
    String path = "";

    @Override
    public Object execute() throws IOException, InterruptedException {
        String root = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        ChangeJournal journal = service(ChangeJournal.class);
        Cursor before = journal.head();
        DiskRecords records = diskService(DiskRecords.class, "there are no files to compare with the index");
        List<RecordPath> pending = reconcile(records, List.of(require(RecordPath.parse(root))));
        for (int repeat = 0; repeat < REPEATS && !pending.isEmpty(); repeat++) {
            Thread.sleep(QUIET.toMillis());
            pending = reconcile(records, pending);
        }
        print(new Table("changes", "pending")
                .formerName("pending", "unsettled")
                .row(changesAfter(before, journal), pending));
        return null;
    }

    /** Returns the files that have changed too recently. */
    private static List<RecordPath> reconcile(DiskRecords records, List<RecordPath> paths) throws IOException {
        List<RecordPath> pending = new ArrayList<>();
        for (RecordPath each : paths) {
            records.reconcile(each, QUIET, pending::add);
        }
        return pending;
    }

    private static long changesAfter(Cursor begin, ChangeJournal journal) {
        long changes = 0;
        Cursor head = journal.head();
        for (Cursor position = begin; !head.isUpTo(position); ) {
            ChangeJournal.Page page = require(journal.read(User.HUB, position, "", PAGE));
            changes += page.changes().size();
            position = page.next();
        }
        return changes;
    }
}
