package io.datahub.cli;

import java.nio.file.Path;

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
        if (first.equals("--version")) {
            System.out.println("datahub " + Main.class.getPackage().getImplementationVersion());
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
        System.exit(CommandRunner.run(arguments));
    }
}
