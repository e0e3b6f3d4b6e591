package io.datahub.launcher;

import io.datahub.config.CfgFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A {@code .cfg} file in the home directory, read by the rules of the hub. */
final class ConfigFile {

    private final CfgFile file;

    private ConfigFile(CfgFile file) {
        this.file = file;
    }

    /** Reads a file; a missing one is treated as empty. */
    static ConfigFile read(Path file, Map<String, String> environment) throws IOException {
        byte[] bytes = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
        return new ConfigFile(CfgFile.parse(
                file.getFileName().toString(), bytes, CfgFile.variables(environment, System::getProperty)));
    }

    String name() {
        return "etc/" + file.name();
    }

    String get(String key, String defaultValue) {
        String value = file.values().getOrDefault(key, "");
        return value.isEmpty() ? defaultValue : value;
    }
}
