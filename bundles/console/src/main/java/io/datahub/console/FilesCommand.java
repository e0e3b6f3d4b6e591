package io.datahub.console;

import static io.datahub.console.shell.CommandException.require;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Listing;
import io.datahub.api.record.RecordStore;
import io.datahub.api.user.User;
import io.datahub.console.shell.Table;
import java.io.IOException;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:files}. */
@Command(scope = "datahub", name = "files", description = "Lists a directory of records")
@Service
public final class FilesCommand extends DatahubCommand {

    @Argument(name = "directory", description = "The directory, such as builds/app; default: the root")
    @Completion(RecordPaths.class)
    String directory = "";

    @Option(name = "--after", description = "Starts after this name")
    String after = "";

    @Option(name = "--limit", description = "Maximum number of entries")
    int limit = 1000;

    @Override
    public Object execute() throws IOException {
        String path = directory.endsWith("/") ? directory.substring(0, directory.length() - 1) : directory;
        Listing listing = require(
                service(RecordStore.class).list(User.HUB, require(RecordPath.parse(path)), after, Math.max(1, limit)));
        Table table = new Table("name", "size", "modified", "etag");
        for (Listing.Entry entry : listing.entries()) {
            table.row(
                    entry.directory() ? entry.name() + "/" : entry.name(),
                    entry.size(),
                    entry.modified(),
                    entry.etag().orElse(""));
        }
        print(table);
        if (!json && listing.next().isPresent()) {
            System.out.println("There are more entries; continue with --after "
                    + listing.next().get());
        }
        return null;
    }
}
