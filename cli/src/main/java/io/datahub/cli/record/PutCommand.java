package io.datahub.cli.record;

import io.datahub.cli.context.CommonOptions;
import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Json;
import io.datahub.cli.core.Parallel;
import io.datahub.cli.core.Progress;
import io.datahub.cli.hub.Conditions;
import io.datahub.cli.hub.Hub;
import io.datahub.cli.hub.Paths;
import io.datahub.cli.hub.Uploads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code datahub put}: stores files. */
@Command(
        name = "put",
        description = {
            "Store files as records.",
            "A PATH that ends in / is a directory, as it is with several files. Files over 8 MiB are continued where an earlier run of the"
                    + " same command was interrupted."
        })
public final class PutCommand implements Callable<Integer> {

    private static final String STANDARD_INPUT = "-";

    @Mixin
    private CommonOptions common;

    private final Set<String> targets = new HashSet<>();

    @Mixin
    private Transfers transfers;

    @Option(names = "--dry-run", description = "Have the hub validate the files, and store nothing.")
    private boolean dryRun;

    @Option(names = "--if-match", paramLabel = "ETAG", description = "Only if the record is still this version.")
    private String ifMatch;

    @Option(names = "--if-none-match", description = "Only if there is no such record yet.")
    private boolean isNew;

    @Parameters(
            arity = "2..*",
            paramLabel = "FILE… PATH",
            description = "Files, - for standard input; then the path of the record, or of the directory, in the hub.")
    private List<String> words;

    @Override
    public Integer call() throws IOException {
        Hub hub = common.hub();
        Conditions conditions = new Conditions(Optional.ofNullable(ifMatch), isNew);
        List<String> files = words.subList(0, words.size() - 1);
        String target = words.get(words.size() - 1);
        boolean isDirectory = target.endsWith("/") || Paths.of(target).isEmpty() || files.size() > 1;
        try (Progress progress = new Progress(common.output())) {
            Uploads uploads = new Uploads(hub, progress);
            if (files.contains(STANDARD_INPUT)) {
                if (files.size() > 1) {
                    throw new Failure(Failure.USAGE, "- can't be put together with other files");
                }
                print(uploads.put(System.in, Paths.record(target), conditions, dryRun));
                return 0;
            }
            Parallel parallel = new Parallel(common.output());
            List<Parallel.Named> tasks = new ArrayList<>();
            for (String name : files) {
                Path file = Path.of(name);
                if (transfers.isRecursive() && Files.isDirectory(file)) {
                    addTree(tasks, uploads, file.toRealPath(), Paths.directory(target), conditions);
                } else {
                    String path = isDirectory
                            ? Paths.directory(target)
                                    + file.toAbsolutePath().normalize().getFileName()
                            : Paths.record(target);
                    tasks.add(task(uploads, file, path, conditions));
                }
            }
            parallel.run(transfers.parallel(), tasks);
            return parallel.exitStatus();
        }
    }

    private void addTree(List<Parallel.Named> tasks, Uploads uploads, Path tree, String target, Conditions conditions)
            throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.filter(found -> !Files.isDirectory(found, LinkOption.NOFOLLOW_LINKS))
                    .sorted()
                    .toList()) {
                String path = target + Paths.relative(tree, file);
                if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    common.output().note(file + " is no regular file and is left out");
                } else if (!Paths.isText(tree.relativize(file))) {
                    tasks.add(new Parallel.Named(file.toString(), () -> {
                        throw Paths.notText();
                    }));
                } else if (path.equals(Paths.USERS)) {
                    common.output().note(Paths.USERS + " is left out; put it by its name");
                } else {
                    tasks.add(task(uploads, file, path, conditions));
                }
            }
        }
    }

    private Parallel.Named task(Uploads uploads, Path file, String path, Conditions conditions) {
        if (!targets.add(path)) {
            throw new Failure(Failure.USAGE, "'" + file + "' and another of the files would both be stored at " + path);
        }
        return new Parallel.Named(
                file.toString(),
                () -> print(dryRun ? uploads.dryRun(file, path, conditions) : uploads.put(file, path, conditions)));
    }

    private void print(Map<String, Object> stored) {
        Map<String, Object> json = new LinkedHashMap<>(stored);
        if (dryRun) {
            json.put("dryRun", true);
        }
        common.output().result(json, Json.string(stored, "path"));
    }
}
