package io.datahub.cli.context;

import java.util.List;
import java.util.Locale;

/** Runs command lines of the user by the machine's shell. */
public final class Shell {

    private Shell() {}

    /** The words that run a command line. */
    public static List<String> command(String line) {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("win")
                ? List.of("cmd.exe", "/c", line)
                : List.of("/bin/sh", "-c", line);
    }
}
