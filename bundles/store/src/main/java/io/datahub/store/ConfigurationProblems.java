package io.datahub.store;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The problems of configuration files, by file.
 *
 * @param text as the health check of the configuration reports them: separated by semicolons, each with its file first
 */
record ConfigurationProblems(String text) {

    private static final Pattern SEPARATOR = Pattern.compile("; (?=etc/)");
    private static final String NOT_IN_FORCE = "nothing of it is in force";

    /** The file of a configuration. */
    static String file(String pid) {
        return "etc/" + pid.replace('~', '-') + ".cfg";
    }

    /** All problems of a configuration's file. */
    Optional<String> all(String pid) {
        return find(problem -> problem.startsWith(file(pid)));
    }

    /** The problems that prevent a configuration's file from being applied at all. */
    Optional<String> fatal(String pid) {
        return find(problem -> problem.startsWith(file(pid)) && problem.endsWith(NOT_IN_FORCE));
    }

    private Optional<String> find(Predicate<String> wanted) {
        String found = Arrays.stream(SEPARATOR.split(text, -1)).filter(wanted).collect(Collectors.joining("; "));
        return found.isEmpty() ? Optional.empty() : Optional.of(found);
    }
}
