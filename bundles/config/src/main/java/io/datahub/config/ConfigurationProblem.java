package io.datahub.config;

/**
 * A problem in a configuration file.
 *
 * @param file the file name
 * @param key the key, or empty if the problem concerns the whole file
 * @param text the invalid value, the allowed values and the consequence, on one line
 * @param fatal whether the file is rejected; otherwise the problem is a warning
 */
public record ConfigurationProblem(String file, String key, String text, boolean fatal) {

    private static final String MISSING = "is missing";

    static ConfigurationProblem missing(String file, String key) {
        return new ConfigurationProblem(file, key, MISSING, true);
    }

    boolean isMissing() {
        return text.equals(MISSING);
    }

    @Override
    public String toString() {
        return "etc/" + file + ": " + (key.isEmpty() ? "" : key + ": ") + text;
    }
}
