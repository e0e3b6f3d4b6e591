package io.datahub.config;

/**
 * What is wrong in a configuration file.
 *
 * @param key the key, or empty where it concerns the whole file
 * @param text the value, what is allowed, and what happens, in one line
 * @param fatal whether the file can't be used; otherwise it is a warning
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
