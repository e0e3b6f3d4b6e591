package io.datahub.config;

import java.util.Comparator;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A problem that was found in a configuration file, regardless of the consequence. The launcher, which has no other
 * bundle on its class path, uses it too.
 *
 * @param file the file name
 * @param key the key, or empty if the problem concerns the whole file
 * @param text the invalid value, the allowed values and the consequence, on one line
 * @param fatal whether the file is rejected; otherwise the problem is a warning
 */
public record FileProblem(String file, String key, String text, boolean fatal) {

    private static final String MISSING = "must be set";
    private static final int MAX_TYPING_ERRORS = 3;

    /** No component reads the file. */
    static FileProblem unknownFile(String file, String pid, Set<String> known) {
        String similar = known.stream()
                .filter(candidate -> distance(candidate, pid) <= MAX_TYPING_ERRORS)
                .min(Comparator.comparingInt(candidate -> distance(candidate, pid)))
                .map(candidate -> "did you mean " + candidate + "?")
                .orElse("rename or remove the file");
        return new FileProblem(file, "", "has no effect, since no component reads " + pid + "; " + similar, false);
    }

    /** The number of characters to insert, delete or replace (Levenshtein). */
    private static int distance(String one, String other) {
        int[] costs = IntStream.rangeClosed(0, other.length()).toArray();
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = costs[0];
            costs[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = costs[j];
                costs[j] = Math.min(replaced, 1 + Math.min(costs[j], costs[j - 1]));
            }
        }
        return costs[other.length()];
    }

    static FileProblem missing(String file, String key) {
        return new FileProblem(file, key, MISSING, true);
    }

    boolean isMissing() {
        return text.equals(MISSING);
    }

    @Override
    public String toString() {
        return "etc/" + file + ": " + (key.isEmpty() ? "" : key + ": ") + text;
    }
}
