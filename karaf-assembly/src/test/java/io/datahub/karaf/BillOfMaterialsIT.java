package io.datahub.karaf;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.cyclonedx.model.Bom;
import org.cyclonedx.model.Component;
import org.cyclonedx.parsers.JsonParser;
import org.junit.jupiter.api.Test;

/** The software bill of materials {@code datahub.cdx.json}, read with the library of CycloneDX. */
class BillOfMaterialsIT {

    private final Path distribution = Path.of(System.getProperty("datahub.distribution", "target/assembly"));
    private final Path file = distribution.resolve("datahub.cdx.json");

    /** Validates against the schema that CycloneDX has published for the version that the document declares. */
    @Test
    void shouldConformToTheCycloneDxSchema() throws Exception {
        assertThat(new JsonParser().validate(file.toFile())).isEmpty();
    }

    @Test
    void shouldListEachJarOfTheRepository() throws Exception {
        Bom bom = new JsonParser().parse(file.toFile());

        List<String> paths;
        try (Stream<Path> files = Files.walk(distribution.resolve("system"))) {
            paths = files.filter(file -> file.toString().endsWith(".jar"))
                    .map(file -> distribution.resolve("system").relativize(file.getParent()))
                    .map(Path::toString)
                    .toList();
        }
        assertThat(bom.getComponents()).map(BillOfMaterialsIT::path).containsAll(paths);
    }

    private static String path(Component component) {
        return component.getGroup().replace('.', '/') + "/" + component.getName() + "/" + component.getVersion();
    }
}
