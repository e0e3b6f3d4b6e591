package io.datahub.cli.record;

import io.datahub.cli.context.CommonOptions;
import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Progress;
import io.datahub.cli.hub.Entry;
import io.datahub.cli.hub.Listing;
import io.datahub.cli.hub.Paths;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code datahub ls}: lists a directory. */
@Command(name = "ls", description = "List a directory, or a record.")
public final class LsCommand implements Callable<Integer> {

    private static final int SIZE_WIDTH = 10;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;

    @Mixin
    private CommonOptions common;

    @Option(
            names = {"-R", "-r", "--recursive"},
            description = "With everything below it.")
    private boolean recursive;

    @Option(
            names = {"-l", "--long"},
            description = "With size and time.")
    private boolean isLong;

    @Parameters(
            arity = "0..1",
            paramLabel = "PATH",
            defaultValue = "",
            description = "The directory. Default: all that you may see.")
    private String path;

    @Override
    public Integer call() {
        String directory = Paths.directory(path);
        Listing listing = new Listing(common.hub());
        Consumer<Entry> print = entry -> print(entry, directory);
        try {
            if (recursive) {
                listing.listTree(directory, print);
            } else {
                listing.list(directory, print);
            }
        } catch (Failure e) {
            boolean isNoDirectory = e.httpStatus() == NOT_FOUND || e.httpStatus() == CONFLICT;
            Optional<Entry> record = isNoDirectory ? listing.record(Paths.of(path)) : Optional.empty();
            print(record.orElseThrow(() -> e), "");
        }
        return 0;
    }

    private void print(Entry entry, String directory) {
        String name = entry.path().substring(directory.length());
        if (isLong) {
            String size = entry.isDirectory() ? "-" : Progress.size(entry.size());
            name = " ".repeat(Math.max(SIZE_WIDTH - size.length(), 0)) + size + "  " + entry.time() + "  " + name;
        }
        common.output().result(entry.json(), name);
    }
}
