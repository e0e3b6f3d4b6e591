package io.datahub.cli.record;

import io.datahub.cli.context.CommonOptions;
import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Parallel;
import io.datahub.cli.http.Request;
import io.datahub.cli.hub.Conditions;
import io.datahub.cli.hub.Entry;
import io.datahub.cli.hub.Hub;
import io.datahub.cli.hub.Listing;
import io.datahub.cli.hub.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code datahub rm}: deletes records and directories. */
@Command(name = "rm", description = "Delete records; with -r directories and everything in them.")
public final class RmCommand implements Callable<Integer> {

    private static final int NOT_FOUND = 404;

    @Mixin
    private CommonOptions common;

    @Option(
            names = {"-r", "--recursive"},
            description = "Directories, with everything in them.")
    private boolean recursive;

    @Option(
            names = {"-f", "--force"},
            description = "What doesn't exist is no error.")
    private boolean force;

    @Option(names = "--if-match", paramLabel = "ETAG", description = "Only if the record is still this version.")
    private String ifMatch;

    @Option(names = "--dry-run", description = "Show what would be deleted.")
    private boolean dryRun;

    @Parameters(arity = "1..*", paramLabel = "PATH", description = "Records or directories.")
    private List<String> paths;

    @Override
    public Integer call() {
        Hub hub = common.hub();
        Parallel each = new Parallel(common.output());
        for (String path : paths) {
            each.run(new Parallel.Named(path, () -> remove(hub, path)));
        }
        return each.exitStatus();
    }

    private void remove(Hub hub, String word) {
        String path = Paths.of(word);
        if (path.isEmpty()) {
            throw new Failure(Failure.USAGE, "the root can't be deleted");
        }
        try {
            if (dryRun) {
                preview(hub, path);
                return;
            }
            Request request = new Request("DELETE", Paths.files(path) + (recursive ? "?recursive" : ""));
            hub.delete(new Conditions(Optional.ofNullable(ifMatch), false).applyTo(request), path);
        } catch (Failure e) {
            if (!force || e.httpStatus() != NOT_FOUND) {
                throw e;
            }
            return;
        }
        common.output().result(Map.of("path", path, "deleted", true), path);
    }

    private void preview(Hub hub, String path) {
        if (new Listing(hub).isDirectory(path)) {
            List<Entry> entries = new ArrayList<>();
            new Listing(hub).listTree(Paths.directory(path), entries::add);
            if (!recursive && !entries.isEmpty()) {
                throw new Failure(Failure.FAILED, "is a directory that isn't empty; use -r");
            }
            entries.forEach(this::show);
        } else {
            hub.done(new Request("GET", Paths.files(path)).header("Range", "bytes=0-0"));
            common.output().result(Map.of("path", path, "deleted", false), path);
        }
    }

    private void show(Entry entry) {
        if (!entry.isDirectory()) {
            common.output().result(Map.of("path", entry.path(), "deleted", false), entry.path());
        }
    }
}
