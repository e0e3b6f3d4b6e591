package io.datahub.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTest {

    @TempDir
    private Path folder;

    @Test
    void shouldInterpolateTheEnvironmentOrTheDefault() throws IOException {
        ConfigFile cfg = read("a = ${env:A:-1}\nb = ${env:B:-2}\nc = ${env:C:-${env:A:-3}/x}\n", Map.of("A", "9"));

        assertThat(cfg.get("a", "")).isEqualTo("9");
        assertThat(cfg.get("b", "")).isEqualTo("2");
        assertThat(cfg.get("c", "")).isEqualTo("9/x");
    }

    @Test
    void shouldReturnTheDefaultForAnAbsentOrEmptyValue() throws IOException {
        ConfigFile cfg = read("empty = ${env:A:-}\n", Map.of());

        assertThat(cfg.get("empty", "preset")).isEqualTo("preset");
        assertThat(cfg.get("absent", "preset")).isEqualTo("preset");
    }

    private ConfigFile read(String text, Map<String, String> environment) throws IOException {
        return ConfigFile.read(Files.writeString(folder.resolve("a.cfg"), text), environment);
    }
}
