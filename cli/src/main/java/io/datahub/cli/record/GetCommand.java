package io.datahub.cli.record;

import io.datahub.cli.context.CommonOptions;
import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Parallel;
import io.datahub.cli.core.Progress;
import io.datahub.cli.hub.Downloads;
import io.datahub.cli.hub.Entry;
import io.datahub.cli.hub.Hub;
import io.datahub.cli.hub.Listing;
import io.datahub.cli.hub.Paths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code datahub get}: fetches a record, or a directory. */
@Command(
        name = "get",
        description = {
            "Fetch a record, or with -r a directory.",
            "The file appears when it is complete and its SHA-256 is that of the hub. Files over 8 MiB are continued where an earlier run of"
                    + " the same command was interrupted."
        })
public final class GetCommand implements Callable<Integer> {

    @Mixin
    private CommonOptions common;

    @Mixin
    private Transfers transfers;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "The same as FILE.")
    private String output;

    @Parameters(index = "0", paramLabel = "PATH", description = "The record, or the directory.")
    private String path;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "FILE",
            description =
                    "The file, or an existing directory; - is standard output. Default: the record's name, in the current directory.")
    private String file;

    @Override
    public Integer call() throws IOException {
        if (output != null && file != null) {
            throw new Failure(Failure.USAGE, "'" + file + "' and --output " + output + ": name one file");
        }
        String target = file != null ? file : output;
        Hub hub = common.hub();
        try (Progress progress = new Progress(common.output())) {
            Downloads downloads = new Downloads(hub, progress);
            if (transfers.isRecursive()) {
                return getTree(hub, downloads, Path.of(target == null ? "." : target));
            }
            String record = Paths.record(path);
            if ("-".equals(target)) {
                downloads.get(record, common.output().stream());
                return 0;
            }
            Path local = target == null ? Paths.local(Path.of(""), Paths.name(record)) : Path.of(target);
            boolean isDirectory = Files.isDirectory(local) || (target != null && target.endsWith("/"));
            fetch(downloads, record, isDirectory ? Paths.local(local, Paths.name(record)) : local, etag -> "");
            return 0;
        }
    }

    private int getTree(Hub hub, Downloads downloads, Path directory) {
        String tree = Paths.directory(path);
        List<Entry> entries = new ArrayList<>();
        new Listing(hub).listTree(tree, entries::add);
        List<Parallel.Named> tasks = new ArrayList<>();
        Set<String> clashing = Paths.clashing(entries.stream().map(Entry::path).toList());
        for (Entry entry : entries) {
            if (entry.path().equals(Paths.USERS)) {
                common.output().note(Paths.USERS + " is left out; fetch it by its name");
            } else if (!entry.isDirectory()) {
                tasks.add(new Parallel.Named(
                        entry.path(),
                        () -> fetch(
                                downloads,
                                Paths.distinct(entry.path(), clashing),
                                Paths.local(directory, entry.path().substring(tree.length())),
                                entry::timeOf)));
            }
        }
        Parallel parallel = new Parallel(common.output());
        parallel.run(transfers.parallel(), tasks);
        return parallel.exitStatus();
    }

    private void fetch(Downloads downloads, String record, Path local, UnaryOperator<String> timeOf)
            throws IOException {
        var json = downloads.get(record, local, timeOf).json();
        json.put("file", local.toString());
        common.output().result(json, local.toString());
    }
}
