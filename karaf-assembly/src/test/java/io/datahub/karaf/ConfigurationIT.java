package io.datahub.karaf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ConfigurationIT {

    private static final Path DISTRIBUTION = Path.of(System.getProperty("datahub.distribution", "target/assembly"));

    @Test
    void shouldInstallEveryConfigurationWithItsFeature() throws IOException {
        String features =
                Files.readString(single(DISTRIBUTION.resolve("system/io/datahub/datahub-features"), "-features.xml"));

        assertThat(files(DISTRIBUTION.resolve("etc"), ".cfg"))
                .map(file -> file.getFileName().toString())
                .filteredOn(name -> name.startsWith("io.datahub."))
                .isNotEmpty()
                .allMatch(name -> features.contains("finalname=\"/etc/" + name + "\""));
    }

    @Test
    void shouldShipNoUsersWithPasswordsAndNoKeys() throws IOException {
        assertThat(Files.readAllLines(DISTRIBUTION.resolve("etc/users.properties")))
                .allMatch(line -> line.isBlank() || line.startsWith("#"));
        assertThat(DISTRIBUTION.resolve("etc/keys.properties")).doesNotExist();
        assertThat(files(DISTRIBUTION.resolve("etc"), ".key")).isEmpty();
    }

    private static Path single(Path folder, String suffix) throws IOException {
        List<Path> found = files(folder, suffix);
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    private static List<Path> files(Path folder, String suffix) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(suffix)).toList();
        }
    }
}
