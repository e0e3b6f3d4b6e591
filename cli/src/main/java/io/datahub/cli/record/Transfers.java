package io.datahub.cli.record;

import io.datahub.cli.core.Failure;
import picocli.CommandLine.Option;

/** Options of commands that transfer records. */
final class Transfers {

    @Option(
            names = "-P",
            paramLabel = "N",
            defaultValue = "4",
            description = "Transfer N records at a time. Default: ${DEFAULT-VALUE}.")
    private int parallel;

    @Option(
            names = {"-r", "--recursive"},
            description = "Directories, with everything in them.")
    private boolean recursive;

    int parallel() {
        return Failure.atLeast(1, "-P", parallel);
    }

    boolean isRecursive() {
        return recursive;
    }
}
