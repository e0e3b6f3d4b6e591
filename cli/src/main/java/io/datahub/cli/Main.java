package io.datahub.cli;

import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Output;
import io.datahub.cli.core.Parallel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Runs one command and exits with its status. */
public final class Main {

    private Main() {}

    /**
     * Runs a command.
     *
     * @param arguments its name and its arguments
     */
    public static void main(String[] arguments) {
        String first = arguments.length > 0 ? arguments[0] : "--help";
        if (first.equals("--help") || first.equals("-h") || first.equals("help")) {
            Commands.lineFor("").usage(System.out);
            System.exit(0);
        }
        if (first.equals("generate-documents")) {
            Documents.write(Commands.lineFor(""), Path.of(arguments[1]));
            System.exit(0);
        }
        if (first.equals("warm-up")) {
            WarmUp.run();
            System.exit(0);
        }
        System.exit(run(arguments));
    }

    static int run(String... arguments) {
        Output output = new Output(Arrays.asList(arguments).contains("--json"));
        CommandLine line = Commands.lineFor(arguments[0]);
        line.setParameterExceptionHandler((e, words) -> usage(output, e));
        line.setExecutionExceptionHandler((e, command, result) -> fail(output, e));
        return line.execute(arguments);
    }

    private static int usage(Output output, ParameterException e) {
        String help = e.getCommandLine().getCommandSpec().qualifiedName();
        output.error("", new Failure(Failure.USAGE, e.getMessage() + " (" + help + " --help)"));
        return Failure.USAGE;
    }

    private static int fail(Output output, Exception e) throws Exception {
        Failure failure;
        if (e instanceof Failure known) {
            failure = known;
        } else if (e instanceof UncheckedIOException unchecked) {
            failure = Parallel.localFailure(unchecked.getCause());
        } else if (e instanceof IOException medium) {
            failure = Parallel.localFailure(medium);
        } else {
            throw e;
        }
        output.error("", failure);
        return failure.exitStatus();
    }
}
