package io.datahub.cli;

import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Output;
import io.datahub.cli.core.Parallel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Parses a command line, runs its command, and turns what goes wrong into a message and an exit status. */
final class CommandRunner {

    private CommandRunner() {}

    static int run(String... arguments) {
        Output output = new Output(Arrays.asList(arguments).contains("--json"));
        Optional<Callable<?>> plain = ArgumentParser.parse(arguments);
        if (plain.isPresent()) {
            try {
                return (Integer) plain.get().call();
            } catch (Exception e) {
                return fail(output, e);
            }
        }
        CommandLine line = Commands.lineFor(arguments[0]);
        line.setParameterExceptionHandler((e, words) -> usage(output, e));
        line.setExecutionExceptionHandler((e, command, result) -> fail(output, e));
        return line.execute(arguments);
    }

    private static int usage(Output output, ParameterException e) {
        String help = e.getCommandLine().getCommandSpec().qualifiedName();
        // "positional parameter at index 0..* (FILE… PATH) requires at least 2 values, but none were specified."
        String message = e.getMessage()
                .replaceFirst("^positional parameter at index \\S+ \\((.*)\\) requires at least", "$1: needs at least");
        output.error("", new Failure(Failure.USAGE, message + " (" + help + " --help)"));
        return Failure.USAGE;
    }

    private static int fail(Output output, Exception e) {
        Failure failure;
        if (e instanceof Failure known) {
            failure = known;
        } else if (e instanceof UncheckedIOException unchecked) {
            failure = Parallel.localFailure(unchecked.getCause());
        } else if (e instanceof IOException medium) {
            failure = Parallel.localFailure(medium);
        } else if (e instanceof InvalidPathException invalid) {
            failure = new Failure(
                    Failure.USAGE,
                    "'" + invalid.getInput() + "' can't be the name of a file here: " + invalid.getReason());
        } else {
            e.printStackTrace();
            return Failure.FAILED;
        }
        output.error("", failure);
        return failure.exitStatus();
    }
}
