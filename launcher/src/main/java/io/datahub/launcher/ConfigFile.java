package io.datahub.launcher;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/** One {@code .cfg} of the home as the hub will see it: {@code ${env:X:-default}} and system properties filled in. */
final class ConfigFile {

    private static final String OPEN = "${";

    private final String name;
    private final Properties values;
    private final Map<String, String> environment;

    private ConfigFile(String name, Properties values, Map<String, String> environment) {
        this.name = name;
        this.values = values;
        this.environment = environment;
    }

    /** A file that is not there is an empty one. */
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

    String get(String key, String preset) {
        String value = fill(values.getProperty(key, "")).strip();
        return value.isEmpty() ? preset : value;
    }

    private String fill(String text) {
        int end = text.indexOf('}');
        int start = end < 0 ? -1 : text.lastIndexOf(OPEN, end);
        return start < 0
                ? text
                : fill(text.substring(0, start)
                        + lookUp(text.substring(start + OPEN.length(), end))
                        + text.substring(end + 1));
    }

    private String lookUp(String expression) {
        int split = expression.indexOf(":-");
        String variable = split < 0 ? expression : expression.substring(0, split);
        String preset = split < 0 ? "" : expression.substring(split + 2);
        String value = variable.startsWith("env:")
                ? environment.get(variable.substring("env:".length()))
                : System.getProperty(variable);
        return value == null || value.isEmpty() ? preset : value;
    }
}
