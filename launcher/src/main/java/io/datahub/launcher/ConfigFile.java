package io.datahub.launcher;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/**
 * A {@code .cfg} file in the home directory as the hub will read it, with {@code ${env:X:-default}} and system
 * properties interpolated.
 */
final class ConfigFile {

    private static final String PLACEHOLDER_START = "${";

    private final String name;
    private final Properties values;
    private final Map<String, String> environment;

    private ConfigFile(String name, Properties values, Map<String, String> environment) {
        this.name = name;
        this.values = values;
        this.environment = environment;
    }

    /** Reads a file; a missing one is treated as empty. */
    static ConfigFile read(Path file, Map<String, String> environment) throws IOException {
        Properties values = new Properties();
        if (Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                values.load(reader);
            }
        }
        return new ConfigFile("etc/" + file.getFileName(), values, environment);
    }

    String name() {
        return name;
    }

    String get(String key, String defaultValue) {
        String value = interpolate(values.getProperty(key, "")).strip();
        return value.isEmpty() ? defaultValue : value;
    }

    private String interpolate(String text) {
        int end = text.indexOf('}');
        int start = end < 0 ? -1 : text.lastIndexOf(PLACEHOLDER_START, end);
        return start < 0
                ? text
                : interpolate(text.substring(0, start)
                        + resolve(text.substring(start + PLACEHOLDER_START.length(), end))
                        + text.substring(end + 1));
    }

    private String resolve(String expression) {
        int separator = expression.indexOf(":-");
        String variable = separator < 0 ? expression : expression.substring(0, separator);
        String defaultValue = separator < 0 ? "" : expression.substring(separator + 2);
        String value = variable.startsWith("env:")
                ? environment.get(variable.substring("env:".length()))
                : System.getProperty(variable);
        return value == null || value.isEmpty() ? defaultValue : value;
    }
}
