package io.datahub.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

    @Test
    void shouldReadAFileWithByteOrderMarkAndUmlautsAsTheHubDoes() throws IOException {
        ConfigFile cfg = read("\uFEFFhost = 127.0.0.1\r\nname = prüf\r\n", Map.of());

        assertThat(cfg.get("host", "")).isEqualTo("127.0.0.1");
        assertThat(cfg.get("name", "")).isEqualTo("prüf");
    }

    @Test
    void shouldReadAFileThatIsNotUtf8() throws IOException {
        Path file = Files.write(
                folder.resolve("a.cfg"), "port = 80\n# gr\u00fc\u00df\n".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(ConfigFile.read(file, Map.of()).get("port", "")).isEqualTo("80");
    }

    @Test
    void shouldTreatAMissingFileAsEmpty() throws IOException {
        ConfigFile cfg = ConfigFile.read(folder.resolve("missing.cfg"), Map.of());

        assertThat(cfg.get("port", "80")).isEqualTo("80");
        assertThat(cfg.name()).isEqualTo("etc/missing.cfg");
    }

    private ConfigFile read(String text, Map<String, String> environment) throws IOException {
        return ConfigFile.read(Files.writeString(folder.resolve("a.cfg"), text), environment);
    }
}
