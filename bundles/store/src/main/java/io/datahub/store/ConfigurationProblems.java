package io.datahub.store;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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

    /**
     * The configurations of a kind that don't exist because their files are invalid, with the problems.
     *
     * @param pidPrefix what their PIDs begin with
     * @return the problems by the rest of the file's name
     */
    Map<String, String> invalidFiles(String pidPrefix) {
        String prefix = "etc/" + pidPrefix;
        Map<String, String> invalid = new TreeMap<>();
        for (String problem : SEPARATOR.split(text, -1)) {
            int end = problem.indexOf(".cfg");
            if (problem.startsWith(prefix) && end > 0 && problem.endsWith(NOT_IN_FORCE)) {
                invalid.merge(problem.substring(prefix.length(), end), problem, (a, b) -> a + "; " + b);
            }
        }
        return invalid;
    }

    private Optional<String> find(Predicate<String> wanted) {
        String found = Arrays.stream(SEPARATOR.split(text, -1)).filter(wanted).collect(Collectors.joining("; "));
        return found.isEmpty() ? Optional.empty() : Optional.of(found);
    }
}
